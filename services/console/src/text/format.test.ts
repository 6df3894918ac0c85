import { describe, expect, it } from 'vitest';
import { apiDate, day, inChina, isoDay, localTime, number, percent, time, timeOf } from './format';

describe('days and times', () => {
  it('are China’s, whatever the zone of the machine', () => {
    expect(time('2026-03-07T16:05:00Z')).toBe('2026年3月8日 00:05');
    expect(inChina(new Date('2026-12-31T16:00:00Z'))).toMatchObject({ year: 2027, month: 1, day: 1, hour: 0 });
    expect(timeOf('2026-03-08', '09:30')).toBe('2026-03-08T01:30:00.000Z');
    expect(localTime('2026-03-08T01:30:00Z')).toBe('2026-03-08T09:30');
  });
  it('go to the API and back', () => {
    expect(isoDay(apiDate('2026-03-08'))).toBe('2026-03-08');
    expect(day(apiDate('2026-03-08'))).toBe('2026年3月8日');
    expect(apiDate('')).toBeUndefined();
    expect(day(undefined)).toBe('');
  });
});

describe('numbers', () => {
  it('have their thousands marked and take int64 as text', () => {
    expect(number('1234567')).toBe('1,234,567');
    expect(number(undefined)).toBe('0');
    expect(percent('15', 16)).toBe('93.8%');
    expect(percent(0, 0)).toBe('—');
  });
});
