import { describe, expect, it } from 'vitest';
import type { ApiDate } from '@/api/types';
import { chosen, following, opened, segmentsOf } from './overdue';
import type { BoardRow } from './windows';

const on = (year: number, month: number, day = 1) => ({ year, month, day }) as ApiDate;
const row = (rule: string, start: ApiDate, end: ApiDate, overdue?: string): BoardRow => ({ rule, title: rule, windowStartDate: start, windowEndDate: end, overdue });
const quarter = row('B-30', on(2026, 7), on(2026, 10), '4');
const boards = [
  [row('B-34', on(2026, 10), on(2026, 11), '3'), row('B-31', on(2026, 10), on(2026, 11))],
  [row('B-34', on(2026, 9), on(2026, 10), '2'), quarter],
  [quarter],
];

describe('what is overdue', () => {
  const segments = segmentsOf(boards, on(2026, 11, 30));
  it('is found once for each rule and window, the longest first', () => {
    expect(segments.map((one) => [one.rule, one.start.month, one.days, one.count])).toEqual([['B-30', 7, 61, 4], ['B-34', 9, 61, 2], ['B-34', 10, 30, 3]]);
  });
  it('may be narrowed to a rule, a window and the days', () => {
    expect(chosen(segments, { rule: 'B-34', window: '', minDays: 0 })).toHaveLength(2);
    expect(chosen(segments, { rule: '', window: '', minDays: 31 })).toHaveLength(2);
    expect(chosen(segments, { rule: 'B-34', window: '2026-10-01', minDays: 0 }).map((one) => one.count)).toEqual([3]);
  });
  it('is read list after list', () => {
    expect(opened('')).toEqual({ segment: 0, inner: '' });
    expect(opened('2|a|b')).toEqual({ segment: 2, inner: 'a|b' });
    expect(following(0, 'x', 3)).toBe('0|x');
    expect(following(0, '', 3)).toBe('1|');
    expect(following(2, '', 3)).toBe('');
  });
});
