// Which organization is a page of this area about? The one in its address (?organization=ID), else the one its user works
// for; with everything above it as far as the user's duties reach, for the way back up.
import { computed, watch, type ComputedRef } from 'vue';
import { useRoute, useRouter, type LocationQueryRaw, type RouteLocationRaw } from 'vue-router';
import { idOf } from '@/api/names';
import { useSession, type Organization } from '@/session/session';
import { useAddressed, usePlace } from '@/ui/place';

export interface Where {
  name: ComputedRef<string>;
  place: ReturnType<typeof usePlace>;
  /** From the highest organization in reach down to it. */
  way: ComputedRef<Organization[]>;
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
  const name = useAddressed();

  // Whoever switches to another organization wants to see that one.
  watch(() => session.organization?.name, () => {
    if (query('organization') !== '') void router.replace({ path: route.path, query: {} });
  }, { flush: 'sync' });

  const place = usePlace(() => name.value);
  const way = computed(() => {
    const at = place.data.value;
    if (at === null) return [];
    return [at.organization, ...at.above].filter((_one, i) => i === 0 || session.may('membership.organization.read', at.chain.slice(i))).reverse();
  });

  return {
    name, place, way, query,
    may: place.may,
    here: (change) => ({ path: route.path, query: { ...route.query, ...change } }),
  };
}

/** The board of an organization, with what else its address says. */
export function boardOf(name: string, query: LocationQueryRaw = {}): RouteLocationRaw {
  return { path: '/county', query: { organization: idOf(name), ...query } };
}
