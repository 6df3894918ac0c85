// Where in the tree does an organization stand? It and everything above it, as far as that is told.
import { api, ask } from '@/api/client';
import { idOf } from '@/api/names';
import type { Message } from '@/api/types';

export type Organization = Message<'ronghe.membership.v1.Organization'>;

export interface Place {
  organization: Organization;
  /** Those above it, nearest first; of those out of reach no more than name and title. */
  above: Organization[];
  /** Its name and those of all above it: what a permission is asked on. */
  chain: string[];
}

const placeOf = (organization: Organization, above: Organization[]): Place =>
  ({ organization, above, chain: [organization, ...above].map((one) => one.name ?? '') });

/** Throws an ApiError when the organization is out of reach. */
export async function readPlace(name: string): Promise<Place> {
  const path = { organization: idOf(name) };
  const [organization, upper] = await Promise.all([
    ask(api.GET('/v1/organizations/{organization}', { params: { path } })),
    ask(api.GET('/v1/organizations/{organization}/ancestors', { params: { path } })),
  ]);
  return placeOf(organization, upper.organizations ?? []);
}

/** The place of `name`, when it is that of `known` or above it. */
export function placeWithin(known: Place | null, name: string): Place | null {
  const at = known?.chain.indexOf(name) ?? -1;
  if (known === null || at < 0) return null;
  return at === 0 ? known : placeOf(known.above[at - 1]!, known.above.slice(at));
}
