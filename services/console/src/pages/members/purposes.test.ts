import { describe, expect, it } from 'vitest';
import { inForce, purposesOf } from './purposes';

describe('purposes', () => {
  it('are those of the version in force', () => {
    const old = { ruleSet: 'unmask', version: '2018', effectiveTo: { year: 2026, month: 1, day: 1 } };
    const now = { ruleSet: 'unmask', version: '2026', effectiveFrom: { year: 2026, month: 1, day: 1 } };
    const sets = [{ ruleSet: 'care', version: '1' }, old, now];
    expect(inForce(sets, '2025-12-31')).toBe(old);
    expect(inForce(sets, '2026-01-01')).toBe(now);
    expect(inForce([], '2026-01-01')).toBeUndefined();
  });
  it('are told from other rules', () => {
    expect(purposesOf({ rules: [{ key: 'purposes[care]', title: '激励关怀帮扶', source: '《…》' }, { key: 'limit.members', title: '' }] }))
      .toEqual([{ code: 'care', title: '激励关怀帮扶', source: '《…》' }]);
    expect(purposesOf({})).toEqual([]);
  });
});
