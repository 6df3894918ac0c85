// How are windows and rules called? In the language of the page.
import type { ApiDate } from '@/api/types';
import { quarterOf, unitOf, type BoardRow, type Unit } from './windows';

type Words = (key: string, named?: Record<string, unknown>) => string;

export function windowTitle(t: Words, unit: Unit, start: ApiDate | undefined): string {
  return start === undefined ? '' : t(unit, { year: start.year, month: start.month, quarter: quarterOf(start) });
}

/** The window of a row of the board, or of a duty. */
export function windowOfRow(t: Words, row: Pick<BoardRow, 'windowStartDate' | 'windowEndDate'>): string {
  return windowTitle(t, unitOf(row.windowStartDate, row.windowEndDate), row.windowStartDate);
}

export const ruleTitle = (row: Pick<BoardRow, 'rule' | 'title'>) => `${row.rule ?? ''} ${row.title ?? ''}`.trim();
