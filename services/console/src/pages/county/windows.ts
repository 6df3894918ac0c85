// Which windows of time do the rules have, and how do they follow each other? Months, quarters and years of the calendar,
// each named by its first day.
import type { ApiDate, Message } from '@/api/types';
import { isoDay } from '@/text/format';

export type Unit = 'month' | 'quarter' | 'year';
export type BoardRow = Message<'ronghe.meeting.v1.DutyBoardRow'>;

export const UNITS: Unit[] = ['month', 'quarter', 'year'];
const MONTHS: Record<Unit, number> = { month: 1, quarter: 3, year: 12 };

const made = (year: number, month: number, day = 1) => ({ year, month, day }) as ApiDate;
const monthIndex = (date: ApiDate) => (date.year ?? 0) * 12 + (date.month ?? 1) - 1;
const ofIndex = (index: number) => made(Math.floor(index / 12), (index % 12) + 1);
const utc = (date: ApiDate) => Date.UTC(date.year ?? 0, (date.month ?? 1) - 1, date.day ?? 1);

/** First day of the window that a day lies in. */
export function windowOf(unit: Unit, date: ApiDate): ApiDate {
  const size = MONTHS[unit];
  return ofIndex(Math.floor(monthIndex(date) / size) * size);
}

/** First day of the window `steps` further on; back when negative. */
export function stepped(unit: Unit, start: ApiDate, steps: number): ApiDate {
  return ofIndex(monthIndex(windowOf(unit, start)) + steps * MONTHS[unit]);
}

/** The unit of a window by its first day and the day after its last. */
export function unitOf(start: ApiDate | undefined, end: ApiDate | undefined): Unit {
  if (start === undefined || end === undefined) return 'year';
  const months = monthIndex(end) - monthIndex(start);
  return months <= 1 ? 'month' : months <= 3 ? 'quarter' : 'year';
}

/** The windows up to the one of today, the latest first. */
export function latest(unit: Unit, today: ApiDate, count: number): ApiDate[] {
  return Array.from({ length: count }, (_none, i) => stepped(unit, today, -i));
}

/** The months of a year up to today's, by their first days. */
export function monthsOf(year: number, today: ApiDate): ApiDate[] {
  const last = year < (today.year ?? 0) ? 12 : year === today.year ? (today.month ?? 1) : 0;
  return Array.from({ length: last }, (_none, i) => made(year, i + 1));
}

/** The last day of a month. */
export function lastDay(month: ApiDate): ApiDate {
  const next = new Date(Date.UTC(month.year ?? 0, month.month ?? 1, 0));
  return made(next.getUTCFullYear(), next.getUTCMonth() + 1, next.getUTCDate());
}

/** Which quarter a day lies in, 1 to 4. */
export function quarterOf(date: ApiDate): number {
  return Math.floor(((date.month ?? 1) - 1) / 3) + 1;
}

/** The days something is overdue: 1 on the first day after its window. */
export function daysOverdue(end: ApiDate | undefined, today: ApiDate): number {
  return end === undefined ? 0 : Math.max(0, Math.round((utc(today) - utc(end)) / 86400000) + 1);
}

export const sameDay = (a: ApiDate | undefined, b: ApiDate | undefined) => isoDay(a) === isoDay(b);

/** What a row of the board says, as numbers; those asked are all but the exempt. */
export interface Tally {
  met: number;
  due: number;
  overdue: number;
  exempt: number;
  asked: number;
  /** Of those asked, who met it; null where nobody is asked. */
  rate: number | null;
}

export function tally(row: BoardRow | undefined): Tally {
  const [met, due, overdue, exempt] = [row?.met, row?.due, row?.overdue, row?.exempt].map((text) => Number(text ?? 0)) as [number, number, number, number];
  const asked = met + due + overdue;
  return { met, due, overdue, exempt, asked, rate: asked === 0 ? null : met / asked };
}

/** The rows that are asked for together: of one unit, or all. */
export function ofUnit(rows: BoardRow[], unit: Unit | 'all'): BoardRow[] {
  return unit === 'all' ? rows : rows.filter((row) => unitOf(row.windowStartDate, row.windowEndDate) === unit);
}
