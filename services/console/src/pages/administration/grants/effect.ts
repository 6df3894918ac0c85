// What would a grant change? Which permissions its role brings, grouped for people to read; which of them the holder has
// there already; and what stands against it: roles that exclude each other, and what takes a second person.
import { covers, EVERYWHERE, inForce, type Grant } from '@/session/access';
import type { Message } from '@/api/types';

export type Role = Message<'ronghe.access.v1.Role'>;

export interface ResourceGroup {
  /** "membership.member". */
  resource: string;
  /** What may be done with it, in the order of the role; "*" is everything. */
  verbs: string[];
}
export interface ServiceGroup {
  service: string;
  count: number;
  resources: ResourceGroup[];
}

/** Permissions by service and resource, in the order in which they first come. */
export function groupPermissions(permissions: readonly string[]): ServiceGroup[] {
  const services = new Map<string, Map<string, string[]>>();
  for (const permission of new Set(permissions)) {
    const [service = '', resource = '', verb = ''] = permission.split('.');
    const resources = services.get(service) ?? new Map<string, string[]>();
    services.set(service, resources);
    const verbs = resources.get(resource) ?? [];
    resources.set(resource, verbs);
    verbs.push(verb);
  }
  return [...services].map(([service, resources]) => ({
    service,
    count: [...resources.values()].reduce((sum, verbs) => sum + verbs.length, 0),
    resources: [...resources].map(([resource, verbs]) => ({ resource: `${service}.${resource}`, verbs })),
  }));
}

/** Whether the grants reach an organization: `chain` is that organization and everything above it. */
function reaching(held: readonly Grant[], chain: readonly string[], now: Date): Grant[] {
  return held.filter((grant) => inForce(grant, now) && (grant.organization === EVERYWHERE || chain.includes(grant.organization)));
}

export interface Gain {
  fresh: string[];
  /** Held there already, by other grants. */
  had: string[];
}

/** What the holder of `held` gains there by `role`. */
export function gainOf(role: Role, held: readonly Grant[], roles: ReadonlyMap<string, Role>, chain: readonly string[], now: Date): Gain {
  const patterns = reaching(held, chain, now).flatMap((grant) => roles.get(grant.role)?.permissions ?? []);
  const has = (permission: string) => patterns.some((pattern) => covers(pattern, permission));
  const all = role.permissions ?? [];
  return { fresh: all.filter((one) => !has(one)), had: all.filter(has) };
}

/** The same role, in force there already. */
export function repeated(role: Role, held: readonly Grant[], chain: readonly string[], now: Date): Grant | undefined {
  return reaching(held, chain, now).find((grant) => grant.role === role.name);
}

/** Grants, in force or to come, of another kind of role than `role`: the gateway refuses them side by side (ROLE_EXCLUSION). */
export function excluding(role: Role, held: readonly Grant[], roles: ReadonlyMap<string, Role>, now: Date): Grant[] {
  return held.filter((grant) => {
    if (grant.endReason !== undefined && grant.endReason !== 'END_REASON_UNSPECIFIED') return false;
    const over = grant.endTime !== undefined && new Date(grant.endTime) <= now;
    const other = roles.get(grant.role)?.kind;
    return !over && other !== undefined && other !== role.kind;
  });
}

/** The roles that somebody with these grants may give, for people or for other departments' programs. */
export function givable(own: readonly Grant[], roles: ReadonlyMap<string, Role>, holder: 'accounts' | 'clients', now: Date): Role[] {
  const names = new Set(own.filter((grant) => inForce(grant, now)).flatMap((grant) => roles.get(grant.role)?.mayGrant ?? []));
  return [...roles.values()].filter((role) => names.has(role.name ?? '') && (role.kind === 'KIND_CLIENT') === (holder === 'clients'));
}

export type GrantState = 'now' | 'later' | 'over';

/** Whether a grant is in force, is to come, or is over. */
export function stateOf(grant: Grant, now: Date): GrantState {
  if (grant.endTime !== undefined && new Date(grant.endTime) <= now) return 'over';
  return inForce(grant, now) ? 'now' : 'later';
}
