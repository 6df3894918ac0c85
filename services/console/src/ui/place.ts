// Which organization is a page or a record about, what stands above it, and what may its user do there?
import { computed, type ComputedRef } from 'vue';
import { useRoute } from 'vue-router';
import { placeWithin, readPlace, type Place } from '@/session/place';
import { useSession } from '@/session/session';
import { useAsk } from './ask';
import { learnTitles } from './titles';

/** An organization by its name and title; the title is empty where it can't be read. */
export interface Named {
  name: string;
  title: string;
}

/** Reads where `name` stands, and again when it changes; what is known of the current organization is not read again. */
export function usePlace(name: () => string | undefined) {
  const session = useSession();
  const asked = useAsk(async (): Promise<Place | null> => {
    const wanted = name();
    if (!wanted) return null;
    const place = placeWithin(session.place, wanted) ?? await readPlace(wanted);
    learnTitles([place.organization, ...place.above]);
    return place;
  }, [name]);
  /** Of the present name, not of one before. */
  const place = computed(() => (asked.data.value?.organization.name === name() ? asked.data.value : null));
  /** Of one out of reach only itself is known: what is held right there still counts. */
  const chain = computed(() => place.value?.chain ?? (asked.error.value !== null && name() ? [name()!] : []));
  const organization = computed(() => place.value?.organization ?? null);
  const line = computed((): Named[] => (place.value === null
    ? chain.value.map((one) => ({ name: one, title: '' }))
    : [place.value.organization, ...place.value.above].map((one) => ({ name: one.name ?? '', title: one.title ?? '' }))));
  const may = (permission: string) => session.may(permission, chain.value);
  return { ...asked, place, organization, chain, line, may };
}

/** The organization that the address names (?organization=12), else the one that its user works for. */
export function useAddressed(): ComputedRef<string> {
  const route = useRoute();
  const session = useSession();
  return computed(() => (/^\d+$/.test(String(route.query.organization))
    ? `organizations/${String(route.query.organization)}` : session.organization?.name ?? ''));
}
