import { describe, expect, it } from 'vitest';
import type { ApiDate } from '@/api/types';
import { nextOrder, ordered, sheetOf, shown, type Column, type Row } from './figures';

const columns: Column[] = [{ key: 'name', title: '党组织', kind: 'text' }, { key: 'met', title: '已完成', kind: 'number' }, { key: 'rate', title: '完成率', kind: 'percent' }];
const row = (key: string, met: number, rate: number | null): Row => ({ key, cells: [{ value: key, to: `/county/${key}` }, { value: met }, { value: rate }] });
const rows = [row('乙', 10, 0.5), row('甲', 9, null), row('丙', 10, 1)];

describe('a table of figures', () => {
  it('stays as it came until somebody asks for an order', () => {
    expect(ordered(rows, null).map((one) => one.key)).toEqual(['乙', '甲', '丙']);
    expect(ordered(rows, { column: 1, down: true }).map((one) => one.key)).toEqual(['乙', '丙', '甲']);
    expect(ordered(rows, { column: 2, down: false }).map((one) => one.key)).toEqual(['乙', '丙', '甲']);
    expect(ordered(rows, { column: 2, down: true }).map((one) => one.key)).toEqual(['丙', '乙', '甲']);
  });
  it('goes back to that order by the third press', () => {
    const once = nextOrder(null, 1, 'number');
    expect(once).toEqual({ column: 1, down: true });
    expect(nextOrder(once, 1, 'number')).toEqual({ column: 1, down: false });
    expect(nextOrder({ column: 1, down: false }, 1, 'number')).toBeNull();
    expect(nextOrder(once, 0, 'text')).toEqual({ column: 0, down: false });
  });
  it('is taken away as it is shown, with figures as figures', () => {
    expect(sheetOf('落实', columns, rows)).toEqual({ name: '落实',
      columns: [{ title: '党组织', kind: 'text' }, { title: '已完成', kind: 'number' }, { title: '完成率', kind: 'percent' }],
      rows: [['乙', 10, 0.5], ['甲', 9, null], ['丙', 10, 1]] });
    expect([shown(1234, 'number'), shown(0.9375, 'percent'), shown(null, 'percent'), shown({ year: 2026, month: 3, day: 8 } as ApiDate, 'day')])
      .toEqual(['1,234', '93.8%', '—', '2026年3月8日']);
  });
});
