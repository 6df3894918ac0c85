// How did an item of a scheme come to its points? In the order in which it is told: the value, how it was computed, the
// weight, the points.
import type { Message } from '@/api/types';
import { percent } from '@/text/format';
import { points, share } from './points';

export type Item = Message<'ronghe.evaluation.v1.ScoreItem'>;
export type Part = Message<'ronghe.evaluation.v1.PartScore'>;
export type Rules = Message<'ronghe.evaluation.v1.SchemeRules'>;
type Translate = (key: string, named?: Record<string, unknown>) => string;

export interface Step {
  label: string;
  text: string;
}

function valueOf(item: Item, t: Translate): string {
  if (item.basis === 'SCORE_ITEM_BASIS_MARK') return t('explain.marked', { basis: item.markBasis ?? '' });
  if (item.basis !== 'SCORE_ITEM_BASIS_FACT') return t(item.basis ?? 'SCORE_ITEM_BASIS_UNSPECIFIED');
  const named = { done: item.numerator ?? '0', due: item.denominator ?? '0' };
  if (item.kind === 'SCORE_ITEM_KIND_DEDUCTION') return t('explain.missed', { ...named, n: Number(named.due) - Number(named.done) });
  return t('explain.ratio', { ...named, percent: percent(item.numerator, item.denominator) });
}

function absence(what: string | undefined, t: Translate): string {
  return t(what ?? 'ABSENCE_UNSPECIFIED');
}

function wayOf(item: Item, rules: Rules | undefined, t: Translate): string {
  const indicator = rules?.indicators?.find((one) => one.code === item.code);
  const deduction = rules?.deductions?.find((one) => one.code === item.code);
  if (item.basis === 'SCORE_ITEM_BASIS_NOTHING_DUE') return absence(indicator?.whenNothingDue, t);
  if (item.basis === 'SCORE_ITEM_BASIS_MISSING') return item.kind === 'SCORE_ITEM_KIND_INDICATOR' ? absence(indicator?.whenMissing,
    t) : t('explain.nothing');
  if (item.basis === 'SCORE_ITEM_BASIS_MARK') return t('explain.byMark');
  if (deduction !== undefined) return t('explain.each', { each: points(deduction.pointsEachMilli), most: points(deduction.maxMilli) });
  if (indicator === undefined) return '';
  const full = indicator.fullAt ?? 10000;
  const zero = indicator.zeroBelow ?? 0;
  const whole = full === 10000 ? t('explain.fullWhole') : t('explain.full', { full: share(full) });
  const none = zero === 0 ? '' : t('explain.zero', { zero: share(zero) });
  return `${whole}${none}${t('explain.between', { full: share(full) })}`;
}

/** The steps of an item; `part` is the one it counts in. */
export function stepsOf(item: Item, part: Part | undefined, rules: Rules | undefined, t: Translate): Step[] {
  const steps: Step[] = [{ label: t('explain.value'), text: valueOf(item, t) }, { label: t('explain.way'), text: wayOf(item, rules, t) }];
  if (item.kind === 'SCORE_ITEM_KIND_VETO') {
    const veto = rules?.vetoes?.find((one) => one.code === item.code);
    return [steps[0]!, { label: t('explain.effect'), text: t('explain.veto', { stars: veto?.maxStars ?? 0 }) }];
  }
  if (part !== undefined) {
    const weight = item.kind === 'SCORE_ITEM_KIND_INDICATOR' ? 'explain.weightText' : 'explain.mostText';
    steps.push({ label: t('explain.weight'), text: t(weight, { points: points(item.pointsMilli), part: part.title ?? '',
      share: share(part.weight) }) });
  }
  steps.push({ label: t('explain.points'), text: item.counted ? t(item.kind ?? 'SCORE_ITEM_KIND_UNSPECIFIED',
    { points: points(item.earnedMilli) }) : t('explain.left') });
  return steps.filter((step) => step.text !== '');
}

export interface Heading {
  code: string;
  title: string;
  items: Item[];
}

/** The items of a part in the scheme's order: indicators under their headings, then deductions, bonuses. */
export function headingsOf(items: readonly Item[], part: string, rules: Rules | undefined, t: Translate): Heading[] {
  const headings = new Map<string, Heading>();
  for (const item of items) {
    if (item.part !== part || item.kind === 'SCORE_ITEM_KIND_VETO') continue;
    const indicator = item.kind === 'SCORE_ITEM_KIND_INDICATOR';
    const code = indicator ? item.category ?? '' : item.kind ?? '';
    const title = indicator ? rules?.categories?.find((one) => one.code === code)?.title ?? code : t(`kinds.${code}`);
    const heading = headings.get(code) ?? { code, title, items: [] };
    headings.set(code, heading);
    heading.items.push(item);
  }
  return [...headings.values()];
}
