// Which organizations can an administrator, who reads nothing of their work, choose from, and what stands there?
import { computed, type ComputedRef } from 'vue';
import { api, ask } from '@/api/client';
import { idOf } from '@/api/names';
import type { Message } from '@/api/types';
import { EVERYWHERE, gives } from '@/session/access';
import { useSession } from '@/session/session';

export type Place = Message<'ronghe.access.v1.Place'>;

const PAGE_SIZE = 30;

/** Below which organizations the user sees places: all of them (`EVERYWHERE` alone), or those of their grants. */
export function useReach(): ComputedRef<string[]> {
  const session = useSession();
  return computed(() => {
    const now = new Date();
    const tops = session.grants.filter((grant) => gives(grant, session.roles, 'access.place.read', now)).map((grant) => grant.organization);
    return tops.includes(EVERYWHERE) ? [EVERYWHERE] : [...new Set(tops)];
  });
}

/** The first ones below `tops` with `text` in their titles, or whose codes start with it. */
export async function findPlaces(tops: readonly string[], text: string): Promise<{ name: string; title: string; where: string }[]> {
  const pages = await Promise.all(tops.map((top) => {
    const params = { path: { organization: idOf(top) }, query: { text, pageSize: PAGE_SIZE } };
    return ask(api.GET('/v1/organizations/{organization}/places', { params }));
  }));
  return pages.flatMap((page) => page.places ?? [])
    .map((one) => ({ name: one.name ?? '', title: one.title ?? '', where: one.above?.[0]?.title ?? '' }));
}

export function readPlaceOf(organization: string): Promise<Place> {
  return ask(api.GET('/v1/organizations/{organization}/place', { params: { path: { organization: idOf(organization) } } }));
}
