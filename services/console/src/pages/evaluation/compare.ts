// What changed from one round to the next? The same organization's points, item by item.
import type { ApiDate, Message } from '@/api/types';
import { isoDay } from '@/text/format';
import type { Item } from './explain';

export type Round = Message<'ronghe.evaluation.v1.Round'>;

const scored = (round: Round) => round.state === 'ROUND_STATE_SCORED' || round.state === 'ROUND_STATE_PUBLISHED';
const before = (a: ApiDate | undefined, b: ApiDate | undefined) => isoDay(a) < isoDay(b);

/** Whether `round` comes before `current` and is by one of the same scheme's versions. */
export function precedes(round: Round, current: Round, schemes: ReadonlySet<string>): boolean {
  return round.name !== current.name && scored(round) && schemes.has(round.scheme) && before(round.startDate, current.startDate) &&
    !before(current.endDate, round.endDate);
}

/** Those before a round, the nearest first: the one that ended last, of equals the one created last. */
export function nearestFirst(rounds: readonly Round[]): Round[] {
  const key = (round: Round) => `${isoDay(round.endDate)} ${isoDay(round.startDate)} ${round.createTime ?? ''}`;
  return [...rounds].sort((a, b) => (key(a) < key(b) ? 1 : -1));
}

export interface Change {
  code: string;
  title: string;
  /** Points in thousandths; null where the item was left out, or the scheme did not have it. */
  now: number | null;
  last: number | null;
}

const earned = (item: Item | undefined) => (item?.counted ? Number(item.earnedMilli ?? 0) : null);

/** Indicators in the order of the present round; those that it no longer has come last. */
export function changesOf(now: readonly Item[], last: readonly Item[]): Change[] {
  const indicators = (items: readonly Item[]) => items.filter((one) => one.kind === 'SCORE_ITEM_KIND_INDICATOR');
  const old = new Map(indicators(last).map((one) => [one.code ?? '', one]));
  const changes = indicators(now).map((one) => {
    const was = old.get(one.code ?? '');
    old.delete(one.code ?? '');
    return { code: one.code ?? '', title: one.title ?? '', now: earned(one), last: earned(was) };
  });
  return [...changes, ...[...old.values()].map((one) => ({ code: one.code ?? '', title: one.title ?? '', now: null, last: earned(one) }))];
}
