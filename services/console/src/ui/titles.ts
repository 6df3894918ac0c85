// What are the organizations called that a list names by their ids only? Those below one are read in tree order, no
// further than needed.
import { shallowRef, type ShallowRef } from 'vue';
import { api, ask } from '@/api/client';
import { idOf } from '@/api/names';

const MOST_PAGES = 20;
const PAGE_SIZE = 200;

export interface Titles {
  /** Titles by `organizations/{id}`. */
  titles: ShallowRef<ReadonlyMap<string, string>>;
  /** Reads on below the top until all of `wanted` are known, or there are no more. */
  learn: (wanted: readonly string[]) => Promise<void>;
}

/** The titles of organizations at and below `top`; it is asked for at the first reading. */
export function useTitles(top: () => string): Titles {
  const titles = shallowRef<ReadonlyMap<string, string>>(new Map());
  let token = '';
  let pages = 0;
  let done = false;
  let last: Promise<void> = Promise.resolve();

  async function readOn(wanted: readonly string[]): Promise<void> {
    while (!done && wanted.some((one) => !titles.value.has(one))) {
      try {
        const params = { path: { organization: idOf(top()) }, query: { pageSize: PAGE_SIZE, pageToken: token } };
        const page = await ask(api.GET('/v1/organizations/{organization}/subtree', { params }));
        token = page.nextPageToken ?? '';
        done = token === '' || ++pages >= MOST_PAGES;
        titles.value = new Map([...titles.value, ...(page.organizations ?? []).map((one) => [one.name ?? '', one.title ?? ''] as const)]);
      } catch {
        // Out of reach: the list stands without titles.
        done = true;
      }
    }
  }

  function learn(wanted: readonly string[]): Promise<void> {
    last = last.then(() => readOn(wanted));
    return last;
  }
  return { titles, learn };
}
