// For which of the organizations above a case may the user act?
import type { useSession } from '@/session/session';
import type { Named } from '../place';

/** Those of the line on which the user holds a permission. */
export function actorsIn(line: readonly Named[], may: (permission: string, on: string[]) => boolean, permission: string): Named[] {
  const names = line.map((one) => one.name);
  return line.filter((_one, i) => may(permission, names.slice(i)));
}

/** The highest organization of the line that the user may look below. */
export function reachOf(line: readonly Named[], session: ReturnType<typeof useSession>): string {
  const seen = actorsIn(line, session.may, 'membership.organization.read');
  return seen.length === 0 ? '' : seen[seen.length - 1]!.name;
}
