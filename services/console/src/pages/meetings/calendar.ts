// Which days does a month show, and where does an arrow key lead? Weeks begin on Monday; days are "2026-03-08".

const DAY_MS = 86400000;
const iso = (at: number) => new Date(at).toISOString().slice(0, 10);
const at = (day: string) => Date.parse(`${day}T00:00:00Z`);

export interface CalendarDay {
  day: string;
  date: number;
  inMonth: boolean;
}

/** The whole weeks that a month ("2026-03") touches. */
export function weeksOf(month: string): CalendarDay[][] {
  const first = at(`${month}-01`);
  const monday = first - ((new Date(first).getUTCDay() + 6) % 7) * DAY_MS;
  const weeks: CalendarDay[][] = [];
  for (let start = monday; start === monday || iso(start).slice(0, 7) === month; start += 7 * DAY_MS) {
    weeks.push(Array.from({ length: 7 }, (_, i) => {
      const day = iso(start + i * DAY_MS);
      return { day, date: Number(day.slice(8)), inMonth: day.slice(0, 7) === month };
    }));
  }
  return weeks;
}

/** The month before or after. */
export function shiftMonth(month: string, by: number): string {
  const [year, number] = month.split('-').map(Number);
  return new Date(Date.UTC(year!, number! - 1 + by, 1)).toISOString().slice(0, 7);
}

export function shiftDay(day: string, by: number): string {
  return iso(at(day) + by * DAY_MS);
}

/** The day that a key leads to from `day`; null for a key that leads nowhere. */
export function dayOfKey(day: string, key: string): string | null {
  const weekday = (new Date(at(day)).getUTCDay() + 6) % 7;
  switch (key) {
    case 'ArrowLeft': return shiftDay(day, -1);
    case 'ArrowRight': return shiftDay(day, 1);
    case 'ArrowUp': return shiftDay(day, -7);
    case 'ArrowDown': return shiftDay(day, 7);
    case 'Home': return shiftDay(day, -weekday);
    case 'End': return shiftDay(day, 6 - weekday);
    case 'PageUp': return sameDay(day, -1);
    case 'PageDown': return sameDay(day, 1);
    default: return null;
  }
}

/** The same day of another month, or its last. */
function sameDay(day: string, by: number): string {
  const month = shiftMonth(day.slice(0, 7), by);
  const last = shiftDay(`${shiftMonth(month, 1)}-01`, -1);
  const wanted = `${month}-${day.slice(8)}`;
  return wanted > last ? last : wanted;
}

/** The first days of a month and of the one after it. */
export function spanOf(month: string): { from: string; before: string } {
  return { from: `${month}-01`, before: `${shiftMonth(month, 1)}-01` };
}

/** The API's filter of duties: windows that end after `from` and start before the day after `to`. */
export function bounds(from: string, to: string) {
  const [y1, m1, d1] = from.split('-').map(Number);
  const [y2, m2, d2] = shiftDay(to, 1).split('-').map(Number);
  return { 'startDate.year': y1!, 'startDate.month': m1!, 'startDate.day': d1!, 'endDate.year': y2!, 'endDate.month': m2!, 'endDate.day': d2! };
}
