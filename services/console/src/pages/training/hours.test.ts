import { describe, expect, it } from 'vitest';
import { dayAfter, daysProblem, hours, plannedHalfHours, yearsAround, type DayPlan } from './hours';

const conversions = [
  { unit: 'HOUR_UNIT_FULL_DAY' as const, halfHours: 16 }, { unit: 'HOUR_UNIT_HALF_DAY' as const, halfHours: 8 },
  { unit: 'HOUR_UNIT_HOUR' as const, halfHours: 2 },
];
const one = (date: string, unit: DayPlan['unit'], halfHours = 0): DayPlan => ({ date, unit, halfHours });

describe('hours', () => {
  it('are written without the half ones that are not there', () => {
    expect(hours(24)).toBe('12');
    expect(hours('25')).toBe('12.5');
    expect(hours(undefined)).toBe('0');
  });
  it('add up over the days by the conversions in force', () => {
    expect(plannedHalfHours([one('2026-03-08', 'HOUR_UNIT_FULL_DAY'), one('2026-03-09', 'HOUR_UNIT_HALF_DAY')], conversions)).toBe(24);
    expect(plannedHalfHours([one('2026-03-08', 'HOUR_UNIT_HOUR', 3)], conversions)).toBe(3);
    expect(plannedHalfHours([one('2026-03-08', 'HOUR_UNIT_PRACTICE_HALF_DAY')], conversions)).toBe(0);
  });
});

describe('days', () => {
  it('follow each other over the ends of months and years', () => {
    expect(dayAfter('2026-02-28')).toBe('2026-03-01');
    expect(dayAfter('2026-12-31')).toBe('2027-01-01');
  });
  it('are complete and differ', () => {
    expect(daysProblem([])).toBe('none');
    expect(daysProblem([one('', 'HOUR_UNIT_FULL_DAY')])).toBe('incomplete');
    expect(daysProblem([one('2026-03-08', 'HOUR_UNIT_HOUR', 17)])).toBe('incomplete');
    expect(daysProblem([one('2026-03-08', 'HOUR_UNIT_FULL_DAY'), one('2026-03-08', 'HOUR_UNIT_HALF_DAY')])).toBe('twice');
    expect(daysProblem([one('2026-03-08', 'HOUR_UNIT_HOUR', 3)])).toBe('');
  });
});

it('years begin with the next one', () => {
  expect(yearsAround(2026)).toEqual([2027, 2026, 2025, 2024, 2023, 2022]);
});
