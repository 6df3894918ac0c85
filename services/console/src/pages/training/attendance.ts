// What of the attendance is recorded, and what was chosen on the page but not sent yet?
import type { Message } from '@/api/types';

export type Attendance = Message<'ronghe.training.v1.Attendance'>;
export type Presence = NonNullable<Attendance['state']>;
/** What was chosen, by member, as far as it differs from what is recorded. */
export type Changes = Record<string, Presence>;

export const CHOICES: Presence[] = ['ATTENDANCE_STATE_PRESENT', 'ATTENDANCE_STATE_ONLINE', 'ATTENDANCE_STATE_ABSENT'];
/** As many as the API takes at once. */
export const MOST_AT_ONCE = 500;

export function stateOf(row: Attendance, changes: Changes): Presence {
  return changes[row.member] ?? row.state ?? 'ATTENDANCE_STATE_ENROLLED';
}

/** The changes with one more choice; going back to what is recorded is no change. */
export function chosen(row: Attendance, state: Presence, changes: Changes): Changes {
  const rest = { ...changes };
  if (row.credited) return rest;
  if (state === (row.state ?? 'ATTENDANCE_STATE_ENROLLED')) delete rest[row.member];
  else rest[row.member] = state;
  return rest;
}

/** Everybody of whom nothing is recorded or chosen becomes present. */
export function restPresent(rows: readonly Attendance[], changes: Changes): Changes {
  return rows.reduce((all, row) => (stateOf(row, all) === 'ATTENDANCE_STATE_ENROLLED' ? chosen(row, 'ATTENDANCE_STATE_PRESENT',
    all) : all), changes);
}

export interface Tally {
  present: number;
  absent: number;
  open: number;
}

export function tally(rows: readonly Attendance[], changes: Changes): Tally {
  const sum = { present: 0, absent: 0, open: 0 };
  for (const row of rows) {
    const state = stateOf(row, changes);
    if (state === 'ATTENDANCE_STATE_ABSENT') ++sum.absent;
    else if (state === 'ATTENDANCE_STATE_ENROLLED' || state === 'ATTENDANCE_STATE_UNSPECIFIED') ++sum.open;
    else ++sum.present;
  }
  return sum;
}

/** The changes in parts that the API takes. */
export function parcels(changes: Changes): Attendance[][] {
  const all = Object.entries(changes).map(([member, state]) => ({ member, state }));
  const parts: Attendance[][] = [];
  for (let from = 0; from < all.length; from += MOST_AT_ONCE) parts.push(all.slice(from, from + MOST_AT_ONCE));
  return parts;
}
