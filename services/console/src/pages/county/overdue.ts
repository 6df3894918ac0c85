// Which rules are overdue in which windows? The boards of the last months name them; each pair is then read as a list.
import type { ApiDate } from '@/api/types';
import { isoDay } from '@/text/format';
import { daysOverdue, tally, type BoardRow } from './windows';

/** A rule in a window that is over, and how many organizations missed it. */
export interface Segment {
  rule: string;
  title: string;
  start: ApiDate;
  row: BoardRow;
  days: number;
  count: number;
}

/** Those with anything overdue, the longest overdue first; a window that several months lie in counts once. */
export function segmentsOf(boards: BoardRow[][], today: ApiDate): Segment[] {
  const found = new Map<string, Segment>();
  for (const row of boards.flat()) {
    const { overdue } = tally(row);
    if (overdue === 0 || row.windowStartDate === undefined) continue;
    const days = daysOverdue(row.windowEndDate, today);
    found.set(`${row.rule} ${isoDay(row.windowStartDate)}`,
      { rule: row.rule ?? '', title: row.title ?? '', start: row.windowStartDate, row, days, count: overdue });
  }
  return [...found.values()].sort((a, b) => b.days - a.days || a.rule.localeCompare(b.rule));
}

export interface Wanted {
  rule: string;
  /** First day of the window; empty for any. */
  window: string;
  minDays: number;
}

export function chosen(segments: Segment[], wanted: Wanted): Segment[] {
  return segments.filter((one) => (wanted.rule === '' || one.rule === wanted.rule) && (wanted.window === '' || isoDay(one.start) === wanted.window) &&
    one.days >= wanted.minDays);
}

/** A token over several lists, one after the other: which list, and its own token. Empty stands for the beginning. */
export function opened(token: string): { segment: number; inner: string } {
  const at = token.indexOf('|');
  return at < 0 ? { segment: 0, inner: '' } : { segment: Number(token.slice(0, at)), inner: token.slice(at + 1) };
}

/** What follows a page of the list `segment` of `count` whose own next token is `inner`; empty at the end. */
export function following(segment: number, inner: string, count: number): string {
  if (inner !== '') return `${segment}|${inner}`;
  return segment + 1 < count ? `${segment + 1}|` : '';
}
