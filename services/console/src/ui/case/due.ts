// How far away is a day by which something must be done?
import type { ApiDate, Message } from '@/api/types';

export type Deadline = Message<'ronghe.membership.v1.Deadline'>;

const utc = (date: ApiDate) => Date.UTC(date.year ?? 0, (date.month ?? 1) - 1, date.day ?? 1);

/** Days from `from` until `to`; below zero once it has passed. */
export function daysUntil(to: ApiDate, from: ApiDate): number {
  return Math.round((utc(to) - utc(from)) / 86400000);
}

// Deadlines of the catalogue that are no last day: before it the step comes too early. The API names their codes alone.
const EARLIEST = ['DL-03', 'DL-04', 'DL-08'];

export function isEarliest(code: string | undefined): boolean {
  return code !== undefined && EARLIEST.includes(code);
}

/** Whether a step can't be done yet. */
export function isTooEarly(on: ApiDate | undefined, code: string | undefined, now: ApiDate): boolean {
  return on !== undefined && isEarliest(code) && daysUntil(on, now) > 0;
}

/** The words for it: a key of the case words, with the number of days to put in. */
export function dueWords(to: ApiDate, from: ApiDate, code?: string): { key: string; days: number; late: boolean } {
  const days = daysUntil(to, from);
  if (isEarliest(code)) return { key: days > 0 ? 'deadline.notBefore' : 'deadline.possible', days, late: false };
  if (days === 0) return { key: 'deadline.today', days, late: false };
  return days < 0 ? { key: 'deadline.overdue', days: -days, late: true } : { key: 'deadline.left', days, late: false };
}
