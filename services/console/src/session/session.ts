// Who is signed in, how far is the sign-in, what may they do, and for which organization do they work now?
import { defineStore } from 'pinia';
import { computed, nextTick, ref, shallowRef } from 'vue';
import { api, ask, csrf, onSessionEnd } from '@/api/client';
import { asApiError, type ApiError } from '@/api/error';
import type { Message } from '@/api/types';
import { EVERYWHERE, may as mayWith, type Grant, type RolePowers } from './access';
import { readPlace, type Organization, type Place } from './place';

export type { Organization };
type Session = Message<'ronghe.access.v1.Session'>;
type MyAccess = Message<'ronghe.access.v1.MyAccess'>;

/**
 * `unknown` until the first answer; `out`: nobody; `password`, `factor`, `enrol`: signed in, but the password must be
 * changed, the second factor given, or one set up first; `in`: everything answers.
 */
export type Phase = 'unknown' | 'out' | 'password' | 'factor' | 'enrol' | 'in';

const CHOSEN_STORED = 'ronghe.organization';

/** How far a session is. */
export function phaseOf(session: Session): Phase {
  if (session.secondFactor === 'SECOND_FACTOR_PENDING') return 'factor';
  if (session.passwordChangeRequired) return 'password';
  if (session.secondFactor === 'SECOND_FACTOR_ENROLMENT_REQUIRED') return 'enrol';
  return 'in';
}

export const useSession = defineStore('session', () => {
  const phase = ref<Phase>('unknown');
  const session = shallowRef<Session | null>(null);
  const access = shallowRef<MyAccess | null>(null);
  const roles = shallowRef<ReadonlyMap<string, Message<'ronghe.access.v1.Role'>>>(new Map());
  /** Where the organization stands that the pages are about; null for somebody whose roles belong to none. */
  const place = shallowRef<Place | null>(null);
  const organization = computed<Organization | null>(() => place.value?.organization ?? null);
  /** It and everything above it, as names. */
  const chain = computed<string[]>(() => place.value?.chain ?? []);
  /** True while the session has ended under an open page: the page stays, a dialog asks for the password. */
  const ended = ref(false);
  /** True while that dialog only asks to confirm who is there, for something that takes a fresh sign-in. */
  const confirming = ref(false);

  const startError = shallowRef<ApiError | null>(null);

  let waiting: ((again: boolean) => void)[] = [];

  const grants = computed<Grant[]>(() => [...(access.value?.grants ?? []), ...(access.value?.receivedDelegations ?? [])]);

  /** Whether the user may do `permission` on the current organization, or on one with the given chain of names. */
  function may(permission: string, on: readonly string[] = chain.value): boolean {
    return mayWith(grants.value, roles.value as ReadonlyMap<string, RolePowers>, permission, on, new Date());
  }
  /** Whether the user may do it anywhere at all: what the navigation shows. */
  function mayAnywhere(permission: string): boolean {
    return mayWith(grants.value, roles.value as ReadonlyMap<string, RolePowers>, permission, null, new Date());
  }

  /**
   * At the start of the application: picks up a session that the browser still holds. Where the other end can't say
   * whether it lives, nobody is signed out: `startError` says why, and start may be called again.
   */
  async function start(): Promise<void> {
    onSessionEnd(signedOutUnderway);
    csrf.fromProvider();
    if (csrf.get() === '') {
      phase.value = 'out';
      return;
    }
    try {
      const held = await ask(api.GET('/v1/auth/session'));
      await take(held);
      if (phase.value === 'in' && held.renewalDue) await renew();
      startError.value = null;
    } catch (thrown) {
      const error = asApiError(thrown);
      if (['offline', 'slow', 'busy', 'broken'].includes(error.trouble)) startError.value = error;
      else phase.value = 'out';
    }
  }

  /** Brings in what was granted since the session began. */
  async function renew(): Promise<void> {
    const answer = await ask(api.POST('/v1/auth:renewSession', { body: {} }));
    await take(answer.session!, answer.csrfToken);
  }

  /**
   * Takes over a session that was opened, renewed or looked up, and learns what it may do. Answers how far it is; under
   * the dialog of a session that ended, the open page stays until it is `in` again.
   */
  async function take(next: Session, token = ''): Promise<Phase> {
    if (token !== '') csrf.set(token);
    session.value = next;
    const reached = phaseOf(next);
    if (reached === 'in') await learn();
    if (!ended.value || reached === 'in') phase.value = reached;
    if (reached === 'in') settle(true);
    return reached;
  }

  async function learn(): Promise<void> {
    const [mine, table] = await Promise.all([ask(api.GET('/v1/auth/access')), ask(api.GET('/v1/roles'))]);
    access.value = mine;
    roles.value = new Map((table.roles ?? []).map((role) => [role.name ?? '', role]));
    if (place.value === null) await chooseFirst();
  }

  async function chooseFirst(): Promise<void> {
    const held = grants.value.map((grant) => grant.organization);
    const kept = localStorage.getItem(CHOSEN_STORED);
    for (const name of [kept, ...held]) {
      if (name === null || name === '' || name === EVERYWHERE) continue;
      try {
        return await choose(name);
      } catch {
        // It was dissolved, or is no longer in reach: the next one.
      }
    }
    if (!mayAnywhere('membership.organization.read')) return;
    const roots = await ask(api.GET('/v1/organizations'));
    const first = roots.organizations?.[0]?.name;
    if (first !== undefined) await choose(first);
  }

  /** Makes an organization the current one. Throws an ApiError when it is out of reach. */
  async function choose(name: string): Promise<void> {
    place.value = await readPlace(name);
    localStorage.setItem(CHOSEN_STORED, name);
  }

  /**
   * The session has ended while a page is open. Answers true once its user has signed in again. The calls of the
   * sign-in itself (`path`) don't wait for it.
   */
  function signedOutUnderway(path = ''): Promise<boolean> {
    if (phase.value !== 'in' || (ended.value && path.startsWith('/v1/auth:'))) return Promise.resolve(false);
    ended.value = true;
    return new Promise((answer) => waiting.push(answer));
  }

  /** Asks for the password once more. Answers false when it was not given. */
  function confirm(): Promise<boolean> {
    confirming.value = true;
    return signedOutUnderway();
  }

  function settle(again: boolean): void {
    ended.value = false;
    confirming.value = false;
    for (const answer of waiting) answer(again);
    waiting = [];
  }

  /** Ends the session here and at the other end, and forgets what was kept in this browser. */
  async function signOut(): Promise<void> {
    try {
      await api.POST('/v1/auth:signOut', { body: {} });
    } finally {
      forget();
    }
  }

  function forget(): void {
    csrf.clear();
    localStorage.removeItem(CHOSEN_STORED);
    session.value = null;
    access.value = null;
    place.value = null;
    phase.value = 'out';
    // Once the pages are gone: as they go they keep what was typed last.
    void nextTick(() => sessionStorage.clear());
    settle(false);
  }

  return {
    phase, startError, session, access, roles, grants, place, organization, chain, ended, confirming,
    may, mayAnywhere, start, take, learn, renew, choose, signedOutUnderway, confirm, settle, signOut, forget,
  };
});
