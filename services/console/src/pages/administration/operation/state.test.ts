import { describe, expect, it } from 'vitest';
import { jobState, lagOf, secondsOf } from './state';

describe('the state of a job', () => {
  it('is failed only when the last run failed', () => {
    const failed = { name: 'a', lastEndTime: '2026-01-02T00:00:00Z', lastFailureTime: '2026-01-02T00:00:00Z', running: true };
    expect(jobState(failed)).toBe('failed');
    expect(jobState({ name: 'a', lastEndTime: '2026-01-03T00:00:00Z', lastFailureTime: '2026-01-02T00:00:00Z' })).toBe('fine');
    expect(jobState({ name: 'a', running: true })).toBe('running');
    expect(jobState({ name: 'a' })).toBe('waiting');
  });
});

describe('the lag of a service', () => {
  it('counts the events of all feeds', () => {
    expect(lagOf({ feeds: [{ lagEvents: '2' }, {}, { lagEvents: '40' }] })).toBe(42);
    expect(lagOf({})).toBe(0);
  });
  it('reads durations', () => {
    expect(secondsOf('1.5s')).toBe(1.5);
    expect(secondsOf('0s')).toBe(0);
    expect(secondsOf(undefined)).toBeUndefined();
  });
});
