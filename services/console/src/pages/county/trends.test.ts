import { describe, expect, it } from 'vitest';
import type { ApiDate } from '@/api/types';
import { inPercent, linesOf } from './trends';
import type { BoardRow } from './windows';

const on = (year: number, month: number) => ({ year, month, day: 1 }) as ApiDate;
const row = (rule: string, from: number, to: number, over: Partial<BoardRow>): BoardRow =>
  ({ rule, title: rule, windowStartDate: on(2026, from), windowEndDate: to > 12 ? on(2027, to - 12) : on(2026, to), ...over });

const boards = [
  [row('B-34', 1, 2, { met: '3', overdue: '1' }), row('B-32', 1, 2, {}), row('B-30', 1, 4, { met: '4' })],
  [row('B-34', 2, 3, { met: '4' }), row('B-32', 2, 3, {}), row('B-30', 1, 4, { met: '4' })],
  [row('B-30', 1, 4, { met: '4' })],
];

describe('the lines of a year', () => {
  it('has a point for each window, once for a quarter', () => {
    const monthly = linesOf(boards, 'month');
    expect(monthly.windows).toEqual([on(2026, 1), on(2026, 2)]);
    expect(monthly.lines.map((line) => [line.rule, line.points.map((point) => point?.rate)])).toEqual([['B-34', [0.75, 1]]]);
    expect(linesOf(boards, 'quarter')).toMatchObject({ windows: [on(2026, 1)], lines: [{ rule: 'B-30' }] });
    expect(linesOf(boards, 'year').lines).toEqual([]);
  });
  it('shows shares as percentages with one decimal', () => {
    expect([inPercent(0.93754), inPercent(1), inPercent(null), inPercent(undefined)]).toEqual([93.8, 100, null, null]);
  });
});
