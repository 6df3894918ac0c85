import { describe, expect, it } from 'vitest';
import { COLUMNS, FIRST_COLUMNS, filtersOf, noFilters, queryOf, same, viewsOf, withView, type View } from './filters';

describe('filters', () => {
  it('go into the address and come back', () => {
    const filters = { category: 'MEMBER_CATEGORY_FULL' as const, standing: '' as const, floating: true, outOfContact: false };
    expect(queryOf(filters)).toEqual({ category: 'MEMBER_CATEGORY_FULL', floating: '1' });
    expect(filtersOf(queryOf(filters) as Record<string, string>)).toEqual(filters);
    expect(queryOf(noFilters())).toEqual({});
  });
  it('take nothing strange from an address', () => {
    expect(filtersOf({ category: 'x', standing: ['MEMBER_STANDING_LEFT', 'y'], lost: 'yes' })).toEqual(noFilters());
  });
});

describe('views', () => {
  const view: View = { title: '流动', filters: { ...noFilters(), floating: true }, columns: ['branch', 'phone'] };
  it('are kept and come back without anything else', () => {
    const spoilt = JSON.stringify([view, { ...view, title: '', x: 1 }, null, 7, { title: 'a' },
      { ...view, title: 'b', namePrefix: '张', columns: ['x'] }]);
    expect(viewsOf(spoilt)).toEqual([view, { ...view, title: 'b', columns: [] }]);
    expect(viewsOf('{')).toEqual([]);
    expect(viewsOf('{}')).toEqual([]);
    expect(viewsOf(null)).toEqual([]);
  });
  it('have one for each title and not too many', () => {
    const other = { ...view, filters: noFilters() };
    expect(withView([view], other)).toEqual([other]);
    const many = Array.from({ length: 25 }, (_, i) => ({ ...view, title: String(i) }));
    expect(withView(many, view)).toHaveLength(20);
  });
  it('know when filters are the same', () => {
    expect(same(noFilters(), noFilters())).toBe(true);
    expect(same(noFilters(), view.filters)).toBe(false);
    expect(FIRST_COLUMNS.every((column) => COLUMNS.includes(column))).toBe(true);
  });
});
