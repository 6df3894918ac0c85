import { describe, expect, it } from 'vitest';
import type { ApiDate } from '@/api/types';
import { daysUntil, dueWords, isTooEarly } from './due';

const day = (year: number, month: number, dayOfMonth: number) => ({ year, month, day: dayOfMonth }) as ApiDate;

describe('a day by which something must be done', () => {
  it('is so many days away, over months and years', () => {
    expect(daysUntil(day(2027, 3, 1), day(2026, 12, 31))).toBe(60);
    expect(daysUntil(day(2026, 2, 28), day(2026, 3, 1))).toBe(-1);
  });

  it('is late, today, or to come', () => {
    expect(dueWords(day(2026, 3, 1), day(2026, 3, 8))).toEqual({ key: 'deadline.overdue', days: 7, late: true });
    expect(dueWords(day(2026, 3, 8), day(2026, 3, 8)).key).toBe('deadline.today');
    expect(dueWords(day(2026, 3, 9), day(2026, 3, 8))).toEqual({ key: 'deadline.left', days: 1, late: false });
  });

  it('may be the first day and not the last', () => {
    expect(dueWords(day(2027, 3, 8), day(2026, 3, 8), 'DL-03')).toEqual({ key: 'deadline.notBefore', days: 365, late: false });
    expect(dueWords(day(2026, 3, 1), day(2026, 3, 8), 'DL-08')).toMatchObject({ key: 'deadline.possible', late: false });
    expect(isTooEarly(day(2026, 3, 9), 'DL-04', day(2026, 3, 8))).toBe(true);
    expect(isTooEarly(day(2026, 3, 8), 'DL-04', day(2026, 3, 8))).toBe(false);
    expect(isTooEarly(day(2026, 3, 9), 'DL-06', day(2026, 3, 8))).toBe(false);
  });
});
