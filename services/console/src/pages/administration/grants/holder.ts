// How are the grants of a holder read and made? A holder is an account or a client; the API has a path for each.
import { api, ask } from '@/api/client';
import { idOf } from '@/api/names';
import type { Grant } from '@/session/access';
import type { Page } from '@/ui/ask';

export type HolderKind = 'accounts' | 'clients';

export function kindOf(holder: string): HolderKind {
  return holder.startsWith('clients/') ? 'clients' : 'accounts';
}

/** A page of the grants of an account or a client, past ones too, the oldest first. */
export async function grantsOf(holder: string, pageToken: string, pageSize = 50): Promise<Page<Grant>> {
  const query = { pageSize, pageToken };
  const page = kindOf(holder) === 'clients'
    ? await ask(api.GET('/v1/clients/{client}/grants', { params: { path: { client: idOf(holder) }, query } }))
    : await ask(api.GET('/v1/accounts/{account}/grants', { params: { path: { account: idOf(holder) }, query } }));
  return { items: page.grants ?? [], next: page.nextPageToken ?? '' };
}

export function createGrant(holder: string, body: Grant, key: string): Promise<Grant> {
  const header = { 'Idempotency-Key': key };
  return kindOf(holder) === 'clients'
    ? ask(api.POST('/v1/clients/{client}/grants', { params: { path: { client: idOf(holder) }, header }, body }))
    : ask(api.POST('/v1/accounts/{account}/grants', { params: { path: { account: idOf(holder) }, header }, body }));
}

/** What a holder is called. */
export async function holderTitle(holder: string): Promise<string> {
  if (kindOf(holder) === 'clients') {
    return (await ask(api.GET('/v1/clients/{client}', { params: { path: { client: idOf(holder) } } }))).displayName;
  }
  const account = await ask(api.GET('/v1/accounts/{account}', { params: { path: { account: idOf(holder) } } }));
  return `${account.displayName}(${account.loginName})`;
}
