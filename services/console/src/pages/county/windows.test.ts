import { describe, expect, it } from 'vitest';
import type { ApiDate } from '@/api/types';
import { daysOverdue, lastDay, latest, monthsOf, ofUnit, quarterOf, stepped, tally, unitOf, windowOf } from './windows';

const on = (year: number, month: number, day = 1) => ({ year, month, day }) as ApiDate;

describe('windows', () => {
  it('begin with their month, quarter or year', () => {
    expect(windowOf('month', on(2026, 11, 30))).toEqual(on(2026, 11));
    expect(windowOf('quarter', on(2026, 11, 30))).toEqual(on(2026, 10));
    expect(windowOf('quarter', on(2026, 3, 31))).toEqual(on(2026, 1));
    expect(windowOf('year', on(2026, 11, 30))).toEqual(on(2026, 1));
  });
  it('follow each other over the turn of the year', () => {
    expect(stepped('month', on(2026, 1, 31), -1)).toEqual(on(2025, 12));
    expect(stepped('quarter', on(2026, 12, 31), 1)).toEqual(on(2027, 1));
    expect(stepped('year', on(2026, 5, 4), -2)).toEqual(on(2024, 1));
    expect(latest('quarter', on(2026, 2, 3), 3)).toEqual([on(2026, 1), on(2025, 10), on(2025, 7)]);
  });
  it('are known by how long they are', () => {
    expect(unitOf(on(2026, 12), on(2027, 1))).toBe('month');
    expect(unitOf(on(2026, 10), on(2027, 1))).toBe('quarter');
    expect(unitOf(on(2026, 1), on(2027, 1))).toBe('year');
    expect(ofUnit([{ rule: 'a', windowStartDate: on(2026, 12), windowEndDate: on(2027, 1) },
      { rule: 'b', windowStartDate: on(2026, 1), windowEndDate: on(2027, 1) }], 'year').map((row) => row.rule)).toEqual(['b']);
  });
  it('of a year end with the present month', () => {
    expect(monthsOf(2026, on(2026, 2, 15))).toEqual([on(2026, 1), on(2026, 2)]);
    expect(monthsOf(2025, on(2026, 2, 15))).toHaveLength(12);
    expect(monthsOf(2027, on(2026, 2, 15))).toEqual([]);
    expect(lastDay(on(2024, 2))).toEqual(on(2024, 2, 29));
    expect(lastDay(on(2026, 12))).toEqual(on(2026, 12, 31));
    expect([on(2026, 3), on(2026, 4), on(2026, 12)].map(quarterOf)).toEqual([1, 2, 4]);
  });
});

describe('what stands in them', () => {
  it('is overdue from the first day after the window', () => {
    expect(daysOverdue(on(2026, 11, 1), on(2026, 11, 1))).toBe(1);
    expect(daysOverdue(on(2026, 11, 1), on(2026, 11, 30))).toBe(30);
    expect(daysOverdue(on(2026, 12, 1), on(2026, 11, 30))).toBe(0);
  });
  it('counts all but the exempt', () => {
    expect(tally({ met: '3', due: '1', exempt: '7' })).toEqual({ met: 3, due: 1, overdue: 0, exempt: 7, asked: 4, rate: 0.75 });
    expect(tally({ exempt: '7' }).rate).toBeNull();
    expect(tally(undefined).asked).toBe(0);
  });
});
