// Which organization is a page of this area about? The one in its address (?organization=ID), else the one its user works
// for; with everything above it as far as the user's duties reach, for the way back up.
import { computed, watch, type ComputedRef } from 'vue';
import { useRoute, useRouter, type LocationQueryRaw, type RouteLocationRaw } from 'vue-router';
import { api, ask } from '@/api/client';
import { idOf } from '@/api/names';
import { useSession, type Organization } from '@/session/session';
import { useAsk, type Asked } from '@/ui/ask';

interface Place {
  organization: Organization;
  /** It and everything above it, as names: what permissions are asked on. */
  chain: string[];
  /** The same as organizations, nearest first; of those out of reach no more than their titles are known. */
  up: Organization[];
  /** From the highest one in reach down to it. */
  way: Organization[];
}

export interface Where {
  name: ComputedRef<string>;
  place: Asked<Place>;
  /** Whether its user may do something there; false until that is known. */
  may: (permission: string) => boolean;
  /** The same page about another organization, or with something else in its address; undefined takes it out. */
  here: (query: LocationQueryRaw) => RouteLocationRaw;
  query: (key: string) => string;
}

export function useWhere(): Where {
  const route = useRoute();
  const router = useRouter();
  const session = useSession();
  const query = (key: string) => (typeof route.query[key] === 'string' ? route.query[key] : '');
  const name = computed(() => (/^[0-9]+$/.test(query('organization')) ? `organizations/${query('organization')}` : (session.organization?.name ?? '')));

  // Whoever switches to another organization wants to see that one.
  watch(() => session.organization?.name, () => {
    if (query('organization') !== '') void router.replace({ path: route.path, query: {} });
  }, { flush: 'sync' });

  const place = useAsk<Place>(async () => {
    const path = { organization: idOf(name.value) };
    const [organization, above] = await Promise.all([
      ask(api.GET('/v1/organizations/{organization}', { params: { path } })),
      ask(api.GET('/v1/organizations/{organization}/ancestors', { params: { path } })),
    ]);
    const up: Organization[] = [organization, ...(above.organizations ?? [])];
    const chain = up.map((one) => one.name ?? '');
    const way = up.filter((_one, i) => i === 0 || session.may('membership.organization.read', chain.slice(i))).reverse();
    return { organization, chain, up, way };
  }, [name]);

  return {
    name, place, query,
    may: (permission) => place.data.value !== null && session.may(permission, place.data.value.chain),
    here: (change) => ({ path: route.path, query: { ...route.query, ...change } }),
  };
}

/** The board of an organization, with what else its address says. */
export function boardOf(name: string, query: LocationQueryRaw = {}): RouteLocationRaw {
  return { path: '/county', query: { organization: idOf(name), ...query } };
}
