// What is the organization called whose name ("organizations/12") stands in a record? Each one is asked for once. Those
// that stand below one are read in tree order, page by page, no further than needed; others one by one.
import { computed, shallowReactive, watch, type ComputedRef } from 'vue';
import { api, ask } from '@/api/client';
import { idOf } from '@/api/names';
import { useSession } from '@/session/session';
import { readEach } from './pool';

const AT_ONCE = 6;
const PAGE_SIZE = 200;
const MOST_PAGES = 20;
const MOST_SINGLE = 60;

const titles = shallowReactive(new Map<string, string>());
const asked = new Set<string>();

// How far the organizations below one are read.
interface Reading {
  token: string;
  pages: number;
  /** There are no more, or they can't be read. */
  ended: boolean;
  last: Promise<void>;
}
const readings = new Map<string, Reading>();
let reader = ''; // whose reach the titles show

export function learnTitles(organizations: readonly { name?: string; title?: string }[]): void {
  for (const one of organizations) if (one.name && one.title) titles.set(one.name, one.title);
}

/** The title, once it is known; empty before, and where it can't be read. */
export function titleOf(name: string | undefined): string {
  return titles.get(name ?? '') ?? '';
}

// Somebody else who signs in sees no more than their own.
function startAnew(account: string): void {
  if (account === reader) return;
  reader = account;
  titles.clear();
  asked.clear();
  readings.clear();
}

// Answers whether all organizations below have been read.
async function readBelow(below: string, wanted: () => string[]): Promise<boolean> {
  const reading = readings.get(below) ?? { token: '', pages: 0, ended: false, last: Promise.resolve() };
  readings.set(below, reading);
  reading.last = reading.last.then(async () => {
    while (!reading.ended && reading.pages < MOST_PAGES && wanted().length > 0) {
      const params = { path: { organization: idOf(below) }, query: { pageSize: PAGE_SIZE, pageToken: reading.token } };
      const page = await ask(api.GET('/v1/organizations/{organization}/subtree', { params }));
      learnTitles(page.organizations ?? []);
      reading.token = page.nextPageToken ?? '';
      reading.ended = reading.token === '';
      ++reading.pages;
    }
  }).catch(() => { reading.ended = true; });
  await reading.last;
  return reading.ended;
}

// Administrators read nothing of an organization but its place.
async function readOne(name: string, organizations: boolean): Promise<void> {
  asked.add(name);
  const params = { path: { organization: idOf(name) } };
  try {
    learnTitles([organizations ? await ask(api.GET('/v1/organizations/{organization}', { params }))
      : await ask(api.GET('/v1/organizations/{organization}/place', { params }))]);
  } catch {
    // Beyond what the user may see: it stays without a title.
  }
}

/**
 * Learns the titles of `names`. With `below`, an organization that they stand below, nothing outside it is asked for.
 * Never throws.
 */
export async function needTitles(names: readonly (string | undefined)[], below = ''): Promise<void> {
  const session = useSession();
  const organizations = session.mayAnywhere('membership.organization.read');
  if (!organizations && !session.mayAnywhere('access.place.read')) return;
  startAnew(session.access?.account ?? '');
  if (session.place !== null) learnTitles([session.place.organization, ...session.place.above]);
  const unknown = () => [...new Set(names)].filter((name): name is string => !!name && !titles.has(name) && !asked.has(name));
  if (organizations && below !== '' && await readBelow(below, unknown)) return;
  await readEach(unknown().slice(0, MOST_SINGLE), (name) => readOne(name, organizations), undefined, undefined, AT_ONCE);
}

/** The title of one organization, read when it is not known. */
export function useTitle(name: () => string | undefined): ComputedRef<string> {
  watch(name, (one) => { void needTitles([one]); }, { immediate: true });
  return computed(() => titleOf(name()));
}
