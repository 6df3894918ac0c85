// What did the same organization get in the last round by the same scheme?
import { api, ask } from '@/api/client';
import { ApiError } from '@/api/error';
import { idOf } from '@/api/names';
import type { Message } from '@/api/types';
import { nearestFirst, precedes, type Round } from './compare';
import { roundsOf } from './rounds';
import { schemesOf } from './schemes';

type Explained = Message<'ronghe.evaluation.v1.ExplainScoreResponse'>;

export interface Previous {
  /** The round before; null when there is none. */
  round: Round | null;
  /** The organization's score in it; null when it has none. */
  explained: Explained | null;
}

/** `code`: the scheme's, the same for all of its versions. */
export async function previousOf(current: Round, code: string, organization: string): Promise<Previous> {
  const [rounds, versions] = await Promise.all([roundsOf(organization), schemesOf('', code)]);
  const schemes = new Set([current.scheme, ...versions.items.map((one) => one.name ?? '')]);
  const round = nearestFirst(rounds.filter((one) => precedes(one, current, schemes)))[0] ?? null;
  if (round === null) return { round, explained: null };
  try {
    const path = { round: idOf(round.name ?? ''), score: idOf(organization) };
    return { round, explained: await ask(api.GET('/v1/rounds/{round}/scores/{score}:explain', { params: { path } })) };
  } catch (thrown) {
    if (thrown instanceof ApiError && thrown.trouble === 'missing') return { round, explained: null };
    throw thrown;
  }
}
