// How are the shortfalls of a subtree read? Page by page, in the API's own order.
import { api, ask } from '@/api/client';
import { idOf } from '@/api/names';
import type { Page } from '@/ui/ask';
import type { Shortfall } from './ledger';

export async function shortfallsOf(organization: string, year: number, pageToken: string, pageSize = 50): Promise<Page<Shortfall>> {
  const params = { path: { organization: idOf(organization) }, query: { year, pageToken, pageSize } };
  const page = await ask(api.GET('/v1/organizations/{organization}/hourShortfalls', { params }));
  return { items: page.shortfalls ?? [], next: page.nextPageToken ?? '' };
}

/** Every page of a list that has an end in sight: the roll of a branch. */
export async function whole<Item>(read: (token: string) => Promise<Page<Item>>): Promise<Item[]> {
  const all: Item[] = [];
  let token = '';
  do {
    const page = await read(token);
    all.push(...page.items);
    token = page.next;
  } while (token !== '');
  return all;
}
