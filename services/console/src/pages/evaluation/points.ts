// How are points, shares and periods written? The API counts in thousandths and ten-thousandths; a period ends with the
// day after its last one.
import type { ApiDate } from '@/api/types';
import { day } from '@/text/format';

/** "97.947" of thousandths: no more digits than there are. */
export function points(milli: string | number | undefined): string {
  return String(Number(milli ?? 0) / 1000);
}

/** "+1.5" or "-2": a difference; "0" of none. */
export function difference(milli: number): string {
  return milli > 0 ? `+${points(milli)}` : points(milli);
}

/** "95%" of ten-thousandths. */
export function share(parts: number | undefined): string {
  return `${(parts ?? 0) / 100}%`;
}

function moved(date: ApiDate, by: number): ApiDate {
  const at = new Date(Date.UTC(date.year ?? 0, (date.month ?? 1) - 1, (date.day ?? 1) + by));
  return { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate() };
}
/** The last day of a period that ends before `end`. */
export const lastDay = (end: ApiDate): ApiDate => moved(end, -1);
/** The end of a period whose last day is `last`. */
export const endOf = (last: ApiDate): ApiDate => moved(last, 1);

export function period(start: ApiDate | undefined, end: ApiDate | undefined): string {
  return `${day(start)} – ${end === undefined ? '' : day(lastDay(end))}`;
}
