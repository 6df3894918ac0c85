import { describe, expect, it } from 'vitest';
import { markable, milliOf, type Markable } from './marks';

const base = { category: 'P', part: 'BASE', whenNothingDue: 'ABSENCE_EXCLUDE' as const, whenMissing: 'ABSENCE_EXCLUDE' as const };

describe('what people record', () => {
  it('is all that the system does not count', () => {
    const items = markable({
      code: 'X1', title: '', source: '', effectiveDate: { year: 2026, month: 1, day: 1 },
      indicators: [
        { ...base, code: 'A1', title: '', source: 'INDICATOR_SOURCE_SYSTEM', pointsMilli: '1000' },
        { ...base, code: 'P1', title: '评议', source: 'INDICATOR_SOURCE_BALLOT', pointsMilli: '100000' },
      ],
      deductions: [{ code: 'J1', title: '', part: 'BASE', fact: { source: 'services/meeting', indicator: 'x' } }, { code: 'J3',
        title: '通报', part: 'BASE', maxMilli: '5000' }],
      bonuses: [{ code: 'K1', title: '表彰', part: 'BASE', maxMilli: '5000' }],
      vetoes: [{ code: 'V1', title: '弄虚作假', maxStars: 1 }],
    });
    expect(items.map((one) => [one.code, one.mostMilli])).toEqual([['P1', 100000], ['J3', 5000], ['K1', 5000], ['V1', 0]]);
    expect(markable(undefined)).toEqual([]);
  });
  it('has points within its limits', () => {
    const item: Markable = { code: 'K1', title: '', kind: 'SCORE_ITEM_KIND_BONUS', mostMilli: 5000 };
    expect([milliOf('2.5', item), milliOf('0', item), milliOf('', item), milliOf('5.1', item), milliOf('-1', item), milliOf('x', item)])
      .toEqual([2500, 0, null, null, null, null]);
    expect(milliOf('', { ...item, mostMilli: 0 })).toBe(0);
  });
});
