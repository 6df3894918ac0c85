// How does the demo count days? A day is its UTC midnight, as in api.mjs; today is the day in Asia/Shanghai.

const DAY = 86400000;
const SHANGHAI = 8 * 3600000;

export function shanghaiDay(time) {
  const here = new Date(time.getTime() + SHANGHAI);
  return new Date(Date.UTC(here.getUTCFullYear(), here.getUTCMonth(), here.getUTCDate()));
}

export function addDays(day, days) {
  return new Date(day.getTime() + days * DAY);
}

// The same day so many months later, the last of the month where it has none.
export function addMonths(day, months) {
  const first = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + months, 1));
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  return addDays(first, Math.min(day.getUTCDate(), last) - 1);
}

// The first Monday to Friday at or after a day.
export function weekday(day) {
  const late = { 6: 2, 0: 1 }[day.getUTCDay()] ?? 0;
  return addDays(day, late);
}

// A moment of a day, by the clock in Asia/Shanghai.
export function at(day, hour) {
  return new Date(day.getTime() + hour * 3600000 - SHANGHAI).toISOString();
}

export function dayOf({ year, month, day }) {
  return new Date(Date.UTC(year, month - 1, day));
}

// "2026-11", as dues name their months.
export function monthOf(day) {
  return day.toISOString().slice(0, 7);
}
