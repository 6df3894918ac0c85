// What is said of organizations in more than one place: their kinds, and how those below one are read.
import { api, ask } from '@/api/client';
import { idOf } from '@/api/names';
import type { Organization } from '@/session/place';
import type { Page } from './ask';

export type { Organization };

export async function childrenOf(name: string, token: string, pageSize = 200): Promise<Page<Organization>> {
  const path = { organization: idOf(name) };
  const page = await ask(api.GET('/v1/organizations/{organization}/children', { params: { path, query: { pageSize, pageToken: token } } }));
  return { items: page.organizations ?? [], next: page.nextPageToken ?? '' };
}

/** Those at and below `name` whose titles have `part` in them, in tree order. */
export async function findBelow(name: string, part: string, token = '', pageSize = 30): Promise<Page<Organization>> {
  const path = { organization: idOf(name) };
  const query = { titlePart: part, pageSize, pageToken: token };
  const page = await ask(api.GET('/v1/organizations/{organization}/subtree', { params: { path, query } }));
  return { items: page.organizations ?? [], next: page.nextPageToken ?? '' };
}

/** Whether members are recorded in an organization of this kind, and meetings of all of them held. */
export function isBranch(organization: Organization | null): boolean {
  return organization?.kind === 'ORGANIZATION_KIND_BRANCH' || organization?.kind === 'ORGANIZATION_KIND_JOINT_BRANCH';
}
