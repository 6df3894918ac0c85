// May somebody with these grants do that there? The same question that the services answer; here it only decides what is
// shown.
import type { Message } from '@/api/types';

export type Grant = Message<'ronghe.access.v1.Grant'>;

/** A role as far as it says what may be done. */
export interface RolePowers {
  name?: string;
  permissions?: string[];
}

export const EVERYWHERE = 'organizations/-';

/** Whether a pattern of the role table ("meeting.*.read") covers a permission. */
export function covers(pattern: string, permission: string): boolean {
  const parts = pattern.split('.');
  const wanted = permission.split('.');
  return parts.length === wanted.length && parts.every((part, i) => part === '*' || part === wanted[i]);
}

/** Whether a grant is in force at a moment. */
export function inForce(grant: Grant, now: Date): boolean {
  const starts = grant.startTime === undefined || new Date(grant.startTime) <= now;
  return starts && (grant.endTime === undefined || new Date(grant.endTime) > now);
}

/** Whether a grant gives `permission` at a moment, on its organization and below. */
export function gives(grant: Grant, roles: ReadonlyMap<string, RolePowers>, permission: string, now: Date): boolean {
  return inForce(grant, now) && (roles.get(grant.role)?.permissions ?? []).some((pattern) => covers(pattern, permission));
}

/**
 * Whether `permission` is held on an organization. `chain`: the organization and everything above it; null asks for
 * anywhere at all.
 */
export function may(
  grants: readonly Grant[],
  roles: ReadonlyMap<string, RolePowers>,
  permission: string,
  chain: readonly string[] | null,
  now: Date,
): boolean {
  return grants.some((grant) => {
    const here = chain === null || grant.organization === EVERYWHERE || chain.includes(grant.organization);
    return here && gives(grant, roles, permission, now);
  });
}
