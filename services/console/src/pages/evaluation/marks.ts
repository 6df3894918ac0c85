// What can people record in a round: which items of a scheme, and how many points at most?
import { points } from './points';
import type { Rules } from './explain';

export interface Markable {
  code: string;
  title: string;
  kind: 'SCORE_ITEM_KIND_INDICATOR' | 'SCORE_ITEM_KIND_DEDUCTION' | 'SCORE_ITEM_KIND_BONUS' | 'SCORE_ITEM_KIND_VETO';
  /** In thousandths; 0 for a veto, which has no points. */
  mostMilli: number;
}

/** Everything that the system does not count by itself. */
export function markable(rules: Rules | undefined): Markable[] {
  const most = (milli: string | undefined) => Number(milli ?? 0);
  return [
    ...(rules?.indicators ?? []).filter((one) => one.source !== 'INDICATOR_SOURCE_SYSTEM')
      .map((one) => ({ code: one.code, title: one.title, kind: 'SCORE_ITEM_KIND_INDICATOR' as const, mostMilli: most(one.pointsMilli) })),
    ...(rules?.deductions ?? []).filter((one) => one.fact === undefined)
      .map((one) => ({ code: one.code, title: one.title, kind: 'SCORE_ITEM_KIND_DEDUCTION' as const, mostMilli: most(one.maxMilli) })),
    ...(rules?.bonuses ?? []).map((one) => ({ code: one.code, title: one.title, kind: 'SCORE_ITEM_KIND_BONUS' as const,
      mostMilli: most(one.maxMilli) })),
    ...(rules?.vetoes ?? []).map((one) => ({ code: one.code, title: one.title, kind: 'SCORE_ITEM_KIND_VETO' as const, mostMilli: 0 })),
  ];
}

/** Thousandths of what was typed; null when it is no number from 0 to the item's most. */
export function milliOf(typed: string, item: Markable): number | null {
  if (item.mostMilli === 0) return 0;
  const milli = Math.round(Number(typed) * 1000);
  return typed.trim() !== '' && Number.isFinite(milli) && milli >= 0 && milli <= item.mostMilli ? milli : null;
}

export const mostOf = (item: Markable): string => points(item.mostMilli);
