import { describe, expect, it } from 'vitest';
import { chosen, parcels, restPresent, stateOf, tally, type Attendance, type Changes } from './attendance';

const rows: Attendance[] = [
  { member: 'members/1', state: 'ATTENDANCE_STATE_ENROLLED' },
  { member: 'members/2', state: 'ATTENDANCE_STATE_PRESENT', credited: true },
  { member: 'members/3', state: 'ATTENDANCE_STATE_ABSENT' },
  { member: 'members/4' },
];

describe('choices', () => {
  it('are changes only where they differ from what is recorded', () => {
    const once = chosen(rows[2]!, 'ATTENDANCE_STATE_PRESENT', {});
    expect(once).toEqual({ 'members/3': 'ATTENDANCE_STATE_PRESENT' });
    expect(chosen(rows[2]!, 'ATTENDANCE_STATE_ABSENT', once)).toEqual({});
  });
  it('never touch what was credited', () => {
    expect(chosen(rows[1]!, 'ATTENDANCE_STATE_ABSENT', {})).toEqual({});
  });
  it('can be made for all who are left', () => {
    const all = restPresent(rows, { 'members/1': 'ATTENDANCE_STATE_ONLINE' });
    expect(all).toEqual({ 'members/1': 'ATTENDANCE_STATE_ONLINE', 'members/4': 'ATTENDANCE_STATE_PRESENT' });
    expect(stateOf(rows[3]!, all)).toBe('ATTENDANCE_STATE_PRESENT');
  });
});

it('counts what stands and what is chosen', () => {
  expect(tally(rows, {})).toEqual({ present: 1, absent: 1, open: 2 });
  expect(tally(rows, { 'members/1': 'ATTENDANCE_STATE_ONLINE' })).toEqual({ present: 2, absent: 1, open: 1 });
});

it('sends no more at once than the API takes', () => {
  const many: Changes = Object.fromEntries(Array.from({ length: 501 }, (_, i) => [`members/${i}`, 'ATTENDANCE_STATE_PRESENT' as const]));
  expect(parcels(many).map((one) => one.length)).toEqual([500, 1]);
  expect(parcels({})).toEqual([]);
});
