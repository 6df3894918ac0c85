// Which organizations stand above the one that a case belongs to, what are they called, and which of them may the user act
// for?
import { shallowRef, watch, type ShallowRef } from 'vue';
import { api, ask } from '@/api/client';
import { idOf } from '@/api/names';
import { useSession } from '@/session/session';

export interface Named {
  name: string;
  title: string;
}

/** The organization and everything above it, nearest first; empty until it is known. */
export function useAncestry(organization: () => string | undefined): ShallowRef<Named[]> {
  const line = shallowRef<Named[]>([]);
  watch(organization, async (name) => {
    line.value = [];
    if (!name) return;
    const path = { organization: idOf(name) };
    const [own, above] = await Promise.allSettled([
      ask(api.GET('/v1/organizations/{organization}', { params: { path } })),
      ask(api.GET('/v1/organizations/{organization}/ancestors', { params: { path } })),
    ]);
    if (organization() !== name) return;
    const first = { name, title: own.status === 'fulfilled' ? own.value.title ?? '' : '' };
    const rest = above.status === 'fulfilled' ? above.value.organizations ?? [] : [];
    line.value = [first, ...rest.map((one) => ({ name: one.name ?? '', title: one.title ?? '' }))];
  }, { immediate: true });
  return line;
}

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
