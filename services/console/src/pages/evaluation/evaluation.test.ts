import { describe, expect, it } from 'vitest';
import { changesOf, nearestFirst, precedes, type Round } from './compare';
import { headingsOf, stepsOf, type Item, type Part, type Rules } from './explain';
import { difference, endOf, lastDay, period, points, share } from './points';
import { memberOf, pageOf } from './records';

const t = (key: string, named?: Record<string, unknown>) => (named ? `${key} ${Object.values(named).join(' ')}` : key);
const rules: Rules = {
  code: 'X1', title: '', source: '', effectiveDate: { year: 2026, month: 1, day: 1 },
  categories: [{ code: 'C', title: '组织生活' }],
  indicators: [{
    code: 'C4', title: '会议记录要素齐全', category: 'C', part: 'BASE', source: 'INDICATOR_SOURCE_SYSTEM', pointsMilli: '7000', fullAt: 9500,
      zeroBelow: 6000,
    whenNothingDue: 'ABSENCE_EXCLUDE', whenMissing: 'ABSENCE_ZERO',
  }],
  deductions: [{ code: 'J1', title: '应开未开', part: 'BASE', pointsEachMilli: '1000', maxMilli: '3000' }],
  vetoes: [{ code: 'V1', title: '弄虚作假', maxStars: 1 }],
};
const part: Part = { code: 'BASE', title: '基础项', weight: 7000 };
const indicator: Item = {
  code: 'C4', title: '会议记录要素齐全', category: 'C', part: 'BASE', kind: 'SCORE_ITEM_KIND_INDICATOR', basis: 'SCORE_ITEM_BASIS_FACT',
    numerator: '5',
  denominator: '6', pointsMilli: '7000', earnedMilli: '6140', counted: true,
};

describe('points', () => {
  it('have no more digits than there are', () => {
    expect(points('97947')).toBe('97.947');
    expect(points(undefined)).toBe('0');
    expect([difference(1500), difference(-2000), difference(0)]).toEqual(['+1.5', '-2', '0']);
    expect(share(9500)).toBe('95%');
  });
  it('belong to a period whose last day is told', () => {
    expect(period({ year: 2026, month: 9, day: 1 }, { year: 2026, month: 12, day: 1 })).toBe('2026年9月1日 – 2026年11月30日');
    expect(endOf(lastDay({ year: 2027, month: 1, day: 1 }))).toEqual({ year: 2027, month: 1, day: 1 });
  });
});

describe('an explanation', () => {
  it('goes from the value over the way and the weight to the points', () => {
    expect(stepsOf(indicator, part, rules, t)).toEqual([
      { label: 'explain.value', text: 'explain.ratio 5 6 83.3%' },
      { label: 'explain.way', text: 'explain.full 95%explain.zero 60%explain.between 95%' },
      { label: 'explain.weight', text: 'explain.weightText 7 基础项 70%' },
      { label: 'explain.points', text: 'SCORE_ITEM_KIND_INDICATOR 6.14' },
    ]);
  });
  it('says what a missing figure gives', () => {
    const steps = stepsOf({ ...indicator, basis: 'SCORE_ITEM_BASIS_MISSING', counted: false }, part, rules, t);
    expect(steps[1]?.text).toBe('ABSENCE_ZERO');
    expect(steps[3]?.text).toBe('explain.left');
  });
  it('counts what a deduction takes, and what a veto limits', () => {
    const deduction: Item = { code: 'J1', kind: 'SCORE_ITEM_KIND_DEDUCTION', basis: 'SCORE_ITEM_BASIS_FACT', numerator: '1',
      denominator: '3', counted: true };
    expect(stepsOf(deduction, part, rules, t)[0]?.text).toBe('explain.missed 1 3 2');
    expect(stepsOf(deduction, part, rules, t)[1]?.text).toBe('explain.each 1 3');
    const veto: Item = { code: 'V1', kind: 'SCORE_ITEM_KIND_VETO', basis: 'SCORE_ITEM_BASIS_MARK', markBasis: '通报' };
    expect(stepsOf(veto, undefined, rules, t).map((one) => one.text)).toEqual(['explain.marked 通报', 'explain.veto 1']);
  });
  it('keeps indicators under their headings, the rest after them', () => {
    const items: Item[] = [indicator, { ...indicator, code: 'J1', kind: 'SCORE_ITEM_KIND_DEDUCTION', category: '' }, { ...indicator,
      part: 'OTHER' }];
    expect(headingsOf(items, 'BASE', rules, t).map((one) => [one.title, one.items.length]))
      .toEqual([['组织生活', 1], ['kinds.SCORE_ITEM_KIND_DEDUCTION', 1]]);
  });
});

it('every record leads to its page', () => {
  expect(pageOf('meetings/1')).toEqual({ path: '/meetings/1' });
  expect(pageOf('sessions/2')).toEqual({ path: '/training/sessions/2' });
  expect(pageOf('members/3')).toEqual({ path: '/members/3' });
  expect(pageOf('members/3/posts/4')).toEqual({ path: '/members/3' });
  expect(pageOf('members/3/hourAccounts/2026')).toEqual({ path: '/training/hours/3', query: { year: '2026' } });
  expect(pageOf('organizations/5')).toEqual({ path: '/members', query: { organization: '5' } });
  expect(pageOf('something/else')).toBeUndefined();
  expect([memberOf('members/3/hourAccounts/2026'), memberOf('meetings/1')]).toEqual(['members/3', '']);
});

describe('a comparison', () => {
  const round = (id: string, month: number, more: Partial<Round> = {}): Round => ({
    name: `rounds/${id}`, title: '', scheme: 'schemes/1', organization: 'organizations/1', state: 'ROUND_STATE_PUBLISHED',
    startDate: { year: 2026, month, day: 1 }, endDate: { year: 2026, month: month + 1, day: 1 }, ...more,
  });
  const current = round('9', 9);
  const schemes = new Set(['schemes/1']);
  it('is with the nearest round before, by the same scheme', () => {
    const all = [round('1', 3), round('2', 6), round('3', 10), round('4', 7, { scheme: 'schemes/2' }), round('5', 8,
      { state: 'ROUND_STATE_DRAFT' }), current];
    expect(nearestFirst(all.filter((one) => precedes(one, current, schemes))).map((one) => one.name)).toEqual(['rounds/2', 'rounds/1']);
  });
  it('tells of each indicator now and then', () => {
    const last: Item[] = [{ ...indicator, earnedMilli: '7000' }, { ...indicator, code: 'Z', title: '旧', earnedMilli: '1000' }];
    expect(changesOf([indicator, { ...indicator, code: 'N', title: '新', counted: false }], last)).toEqual([
      { code: 'C4', title: '会议记录要素齐全', now: 6140, last: 7000 }, { code: 'N', title: '新', now: null, last: null }, { code: 'Z',
        title: '旧', now: null, last: 1000 },
    ]);
  });
});
