import { describe, expect, it } from 'vitest';
import { bounds, dayOfKey, shiftDay, shiftMonth, spanOf, weeksOf } from './calendar';

describe('a month', () => {
  it('is shown in whole weeks from Monday on', () => {
    const weeks = weeksOf('2026-11');
    expect(weeks).toHaveLength(6);
    expect(weeks[0]![0]).toEqual({ day: '2026-10-26', date: 26, inMonth: false });
    expect(weeks[0]![6]).toEqual({ day: '2026-11-01', date: 1, inMonth: true });
    expect(weeks[5]![0]).toEqual({ day: '2026-11-30', date: 30, inMonth: true });
  });
  it('may fill exactly four weeks', () => {
    expect(weeksOf('2027-02')).toHaveLength(4);
  });
  it('follows December', () => {
    expect(shiftMonth('2026-12', 1)).toBe('2027-01');
    expect(shiftMonth('2026-01', -1)).toBe('2025-12');
    expect(spanOf('2026-12')).toEqual({ from: '2026-12-01', before: '2027-01-01' });
  });
});

describe('keys', () => {
  it('walk by days, weeks, and to the ends of a week', () => {
    expect(dayOfKey('2026-11-30', 'ArrowRight')).toBe('2026-12-01');
    expect(dayOfKey('2026-11-30', 'ArrowUp')).toBe('2026-11-23');
    expect(dayOfKey('2026-12-02', 'Home')).toBe('2026-11-30');
    expect(dayOfKey('2026-11-30', 'End')).toBe('2026-12-06');
  });
  it('walk by months, and stop at a shorter month’s end', () => {
    expect(dayOfKey('2026-03-31', 'PageUp')).toBe('2026-02-28');
    expect(dayOfKey('2026-03-31', 'PageDown')).toBe('2026-04-30');
  });
  it('lead nowhere otherwise', () => expect(dayOfKey('2026-03-31', 'a')).toBeNull());
});

it('bounds of days are the day itself and the day after', () => {
  expect(shiftDay('2028-02-28', 1)).toBe('2028-02-29');
  expect(bounds('2026-11-30', '2026-11-30')).toMatchObject({ 'startDate.day': 30, 'endDate.month': 12, 'endDate.day': 1 });
});
