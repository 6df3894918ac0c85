// How is a round read? By its name; a published one of an organization above only in the list of those that cover the
// current organization, since it can't be read by itself from below.
import { api, ask } from '@/api/client';
import { idOf } from '@/api/names';
import { useSession } from '@/session/session';
import type { Round } from './compare';

const MOST_PAGES = 5;

/** The rounds that cover an organization, the newest first. */
export async function roundsOf(organization: string): Promise<Round[]> {
  const rounds: Round[] = [];
  let pageToken = '';
  for (let pages = 0; pages < MOST_PAGES; ++pages) {
    const params = { path: { organization: idOf(organization) }, query: { pageSize: 200, pageToken } };
    const page = await ask(api.GET('/v1/organizations/{organization}/rounds', { params }));
    rounds.push(...(page.rounds ?? []));
    pageToken = page.nextPageToken ?? '';
    if (pageToken === '') break;
  }
  return rounds;
}

/** Answers what reads a round by its id, again and again if need be. */
export function useRoundReader(): (id: string) => Promise<Round> {
  const session = useSession();
  const direct = new Set<string>();
  return async (id) => {
    const here = session.organization?.name;
    if (here !== undefined && !direct.has(id)) {
      const listed = (await roundsOf(here)).find((one) => idOf(one.name ?? '') === id);
      const at = listed === undefined ? -1 : session.chain.indexOf(listed.organization);
      if (listed !== undefined && at > 0 && !session.may('evaluation.round.read', session.chain.slice(at))) return listed;
      direct.add(id);
    }
    return ask(api.GET('/v1/rounds/{round}', { params: { path: { round: id } } }));
  };
}
