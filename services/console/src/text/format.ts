// How are days, times and numbers written? The Chinese way, in the time of China, whatever the browser's own settings.
import type { ApiDate } from '@/api/types';

const ZONE = 'Asia/Shanghai';
const pad = (n: number) => String(n).padStart(2, '0');

const clock = new Intl.DateTimeFormat('en-GB', {
  timeZone: ZONE, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hour12: false,
});

interface Moment {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
}

/** A moment as China's clocks show it. */
export function inChina(time: Date): Moment {
  const parts = Object.fromEntries(clock.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
  return { year: parts.year!, month: parts.month!, day: parts.day!, hour: parts.hour! % 24, minute: parts.minute! };
}

/** "2026年3月8日"; empty for none. */
export function day(date: ApiDate | undefined | null): string {
  return date?.year === undefined ? '' : `${date.year}年${date.month}月${date.day}日`;
}

/** "2026-03-08", for inputs and comparisons; empty for none. */
export function isoDay(date: ApiDate | undefined | null): string {
  return date?.year === undefined ? '' : `${date.year}-${pad(date.month ?? 1)}-${pad(date.day ?? 1)}`;
}

/** The API's date of "2026-03-08"; undefined for an empty text. */
export function apiDate(iso: string | null | undefined): ApiDate | undefined {
  if (!iso) return undefined;
  const [year, month, dayOfMonth] = iso.split('-').map(Number);
  return { year, month, day: dayOfMonth } as ApiDate;
}

/** "2026年3月8日 09:30" of an RFC 3339 time; empty for none. */
export function time(text: string | undefined | null): string {
  if (!text) return '';
  const at = inChina(new Date(text));
  return `${at.year}年${at.month}月${at.day}日 ${pad(at.hour)}:${pad(at.minute)}`;
}

/** Today in China. */
export function today(now = new Date()): ApiDate {
  const { year, month, day: dayOfMonth } = inChina(now);
  return { year, month, day: dayOfMonth } as ApiDate;
}

/** The RFC 3339 time of a day and "09:30" on China's clocks. */
export function timeOf(iso: string, hours: string): string {
  return new Date(`${iso}T${hours}:00+08:00`).toISOString();
}

/** "2026-03-08T09:30" on China's clocks, for a datetime-local input. */
export function localTime(text: string | undefined | null): string {
  if (!text) return '';
  const at = inChina(new Date(text));
  return `${at.year}-${pad(at.month)}-${pad(at.day)}T${pad(at.hour)}:${pad(at.minute)}`;
}

/** "12,345" of a number or of an int64 that came as text. */
export function number(value: number | string | undefined | null): string {
  return value === undefined || value === null || value === '' ? '0' : Number(value).toLocaleString('zh-CN');
}

/** "93.8%" of a part and a whole; "—" of nothing. */
export function percent(part: number | string | undefined, whole: number | string | undefined): string {
  const all = Number(whole ?? 0);
  return all === 0 ? '—' : `${((Number(part ?? 0) * 100) / all).toFixed(1)}%`;
}
