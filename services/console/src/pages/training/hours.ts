// How are hours counted and written? The API counts in half hours; people read hours.
import type { Message } from '@/api/types';

export type HourUnit = NonNullable<Message<'ronghe.training.v1.SessionDay'>['unit']>;
type Conversion = Message<'ronghe.training.v1.HourConversion'>;

export const UNITS: HourUnit[] = ['HOUR_UNIT_FULL_DAY', 'HOUR_UNIT_HALF_DAY', 'HOUR_UNIT_HOUR', 'HOUR_UNIT_PRACTICE_HALF_DAY'];

/** A day of a session as it is typed: the date as "2026-03-08"; half hours count with HOUR_UNIT_HOUR alone. */
export interface DayPlan {
  date: string;
  unit: HourUnit;
  halfHours: number;
}

/** "12" or "12.5" of half hours. */
export function hours(half: number | string | undefined): string {
  return String(Number(half ?? 0) / 2);
}

/** What each member present would be credited by the conversions in force, in half hours. */
export function plannedHalfHours(days: readonly DayPlan[], conversions: readonly Conversion[]): number {
  return days.reduce((sum, one) => {
    const rate = conversions.find((conversion) => conversion.unit === one.unit)?.halfHours ?? 0;
    return sum + (one.unit === 'HOUR_UNIT_HOUR' ? Math.floor((one.halfHours * rate) / 2) : rate);
  }, 0);
}

/** The day after "2026-03-08". */
export function dayAfter(iso: string): string {
  const [year = 0, month = 1, day = 1] = iso.split('-').map(Number);
  return new Date(Date.UTC(year, month - 1, day + 1)).toISOString().slice(0, 10);
}

/** What is wrong with the days of a session; empty when nothing is. */
export function daysProblem(days: readonly DayPlan[]): '' | 'none' | 'incomplete' | 'twice' {
  if (days.length === 0) return 'none';
  if (days.some((one) => one.date === '' || (one.unit === 'HOUR_UNIT_HOUR' && !(one.halfHours >= 1 &&
    one.halfHours <= 16)))) return 'incomplete';
  return new Set(days.map((one) => one.date)).size < days.length ? 'twice' : '';
}

/** The hour years that can be chosen: the next one for plans, and four back. */
export function yearsAround(year: number): number[] {
  return [1, 0, -1, -2, -3, -4].map((by) => year + by);
}
