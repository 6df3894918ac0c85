// What are the members called that a list names by their ids only? The members of a branch are read once, page by page,
// no further than needed; whoever has left it since stays without a name.
import { shallowRef, type ShallowRef } from 'vue';
import { api, ask } from '@/api/client';
import { idOf } from '@/api/names';
import type { Message } from '@/api/types';
import { useSession } from '@/session/session';
import type { Page } from './ask';

export type Member = Message<'ronghe.membership.v1.Member'>;

/** A page of the members at and below an organization. */
export async function membersOf(organization: string, token: string, pageSize = 200): Promise<Page<Member>> {
  const path = { organization: idOf(organization) };
  const page = await ask(api.GET('/v1/organizations/{organization}/members', { params: { path, query: { pageSize, pageToken: token } } }));
  return { items: page.members ?? [], next: page.nextPageToken ?? '' };
}

export interface Roster {
  /** Full names by `members/{id}`. */
  names: ShallowRef<ReadonlyMap<string, string>>;
  /** Reads on in a branch until all of `wanted` are known, or there are no more. */
  learn: (branch: string, wanted: readonly string[]) => Promise<void>;
}

export function useRoster(): Roster {
  const session = useSession();
  const names = shallowRef<ReadonlyMap<string, string>>(new Map());
  const readings = new Map<string, { token: string; done: boolean; last: Promise<void> }>();

  async function readOn(branch: string, wanted: readonly string[]): Promise<void> {
    const reading = readings.get(branch)!;
    while (!reading.done && wanted.some((one) => !names.value.has(one))) {
      try {
        const page = await membersOf(branch, reading.token);
        reading.token = page.next;
        reading.done = page.next === '';
        names.value = new Map([...names.value, ...page.items.map((one) => [one.name ?? '', one.fullName ?? ''] as const)]);
      } catch {
        // Out of reach: the list stands without names.
        reading.done = true;
      }
    }
  }

  async function learn(branch: string, wanted: readonly string[]): Promise<void> {
    if (!session.mayAnywhere('membership.member.read')) return;
    const reading = readings.get(branch) ?? { token: '', done: false, last: Promise.resolve() };
    readings.set(branch, reading);
    reading.last = reading.last.then(() => readOn(branch, wanted));
    await reading.last;
  }
  return { names, learn };
}
