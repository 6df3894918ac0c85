import { describe, expect, it } from 'vitest';
import type { Duty } from '../meetings/window';
import { linesOf, since } from './duties';
import { pageOf } from './subjects';

const duty = (over: Partial<Duty>): Duty => ({ name: 'duties/1', rule: 'B-30', kind: 'MEETING_KIND_GENERAL', windowStartDate: { year: 2026, month: 10, day: 1 }, windowEndDate: { year: 2027, month: 1, day: 1 }, state: 'DUTY_STATE_DUE', ...over });

describe('duties', () => {
  it('are due while their window holds today; later windows wait', () => {
    const later = duty({ windowStartDate: { year: 2026, month: 12, day: 1 } });
    const lines = linesOf([duty({}), later], [], '2026-11-30');
    expect(lines.due).toHaveLength(1);
    expect(lines.due[0]).toMatchObject({ first: '2026-10-01', last: '2026-12-31', daysLeft: 31 });
  });
  it('name the meeting that is underway for them', () => {
    const meeting = { name: 'meetings/5', kinds: ['MEETING_KIND_GENERAL' as const], title: '', plannedAt: '2026-12-02T01:00:00Z' };
    expect(linesOf([duty({})], [meeting], '2026-11-30').due[0]!.underway?.name).toBe('meetings/5');
  });
  it('are overdue, the latest first, and done', () => {
    const old = duty({ name: 'a', state: 'DUTY_STATE_OVERDUE', windowEndDate: { year: 2026, month: 7, day: 1 } });
    const newer = duty({ name: 'b', state: 'DUTY_STATE_OVERDUE', windowEndDate: { year: 2026, month: 10, day: 1 } });
    const lines = linesOf([old, newer, duty({ state: 'DUTY_STATE_MET' })], [], '2026-11-30');
    expect(lines.overdue.map((line) => line.duty.name)).toEqual(['b', 'a']);
    expect(lines.met).toHaveLength(1);
  });
  it('are looked back at for this year, and for three months at its beginning', () => {
    expect(since('2026-11-30')).toBe('2026-01-01');
    expect(since('2027-01-10')).toBe('2026-10-01');
  });
});

describe('the page of a reminder', () => {
  const exists = (address: string) => /^\/(admission|transfers|members)\b/.test(address);
  it('is that of its subject', () => {
    expect(pageOf('admissionCases/7', 'organizations/2', exists)).toBe('/admission/7');
    expect(pageOf('transfers/7', '', exists)).toBe('/transfers/7');
  });
  it('is the organization that must act where the subject has none', () => {
    expect(pageOf('terms/7', 'organizations/2', exists)).toBe('/members?organization=2');
    expect(pageOf('terms/7', '', exists)).toBe('');
  });
});
