// What are the lines of a year? Each rule's rate in each window of its unit, once for windows that several months lie in.
import type { ApiDate } from '@/api/types';
import { isoDay } from '@/text/format';
import { tally, unitOf, type BoardRow, type Tally, type Unit } from './windows';

export interface RuleLine {
  rule: string;
  title: string;
  /** One for each window of the unit; null where the rule had none. */
  points: (Tally | null)[];
}

export interface UnitLines {
  windows: ApiDate[];
  lines: RuleLine[];
}

/** The lines of the rules of one unit that asked anybody in the year. */
export function linesOf(boards: BoardRow[][], unit: Unit): UnitLines {
  const rows = boards.flat().filter((row) => row.windowStartDate !== undefined && unitOf(row.windowStartDate, row.windowEndDate) === unit);
  const windows = [...new Map(rows.map((row) => [isoDay(row.windowStartDate), row.windowStartDate!])).values()]
    .sort((a, b) => isoDay(a).localeCompare(isoDay(b)));
  const rules = [...new Set(rows.map((row) => row.rule ?? ''))].sort();
  const lines = rules.map((rule) => {
    const own = rows.filter((row) => row.rule === rule);
    const points = windows.map((start) => {
      const row = own.find((one) => isoDay(one.windowStartDate) === isoDay(start));
      return row === undefined ? null : tally(row);
    });
    return { rule, title: own[0]?.title ?? rule, points };
  });
  return { windows, lines: lines.filter((line) => line.points.some((point) => (point?.asked ?? 0) > 0)) };
}

/** A share as a percentage with one decimal, for a chart; null for none. */
export function inPercent(share: number | null | undefined): number | null {
  return share === null || share === undefined ? null : Math.round(share * 1000) / 10;
}
