// Who are the members that a meeting names? The posts and the members of its organization are read once, page by page only
// as far as names are wanted; the few that are elsewhere by now are asked for one by one.
import { shallowRef, watch } from 'vue';
import { api, ask } from '@/api/client';
import { asApiError, type ApiError } from '@/api/error';
import { idOf } from '@/api/names';
import type { Message } from '@/api/types';
import { useSession } from '@/session/session';

type Member = Message<'ronghe.membership.v1.Member'>;
type Post = Message<'ronghe.membership.v1.Post'>;

export interface Person {
  name: string;
  title: string;
  voting: boolean;
  full: boolean;
  committee: boolean;
  secretary: boolean;
  /** A member of the organization today. */
  here: boolean;
}

const PAGE = 200;
const MOST_PAGES = 25;
const MOST_ELSEWHERE = 40;

const outside: Post['code'][] = ['POST_CODE_GROUP_LEADER', 'POST_CODE_ORGANIZER'];

async function postsOf(organization: string): Promise<Post[]> {
  try {
    const query = { pageSize: PAGE };
    return (await ask(api.GET('/v1/organizations/{organization}/posts', { params: { path: { organization: idOf(organization) }, query } }))).posts ?? [];
  } catch {
    return [];   // Names come from the members then.
  }
}

/** `wanted`: the members whose names are needed, beside those of the first page. */
export function usePeople(organization: () => string, wanted: () => readonly string[]) {
  const session = useSession();
  const people = shallowRef<Person[]>([]);
  const error = shallowRef<ApiError | null>(null);
  /** Every member of the organization is among them. */
  const complete = shallowRef(false);
  const ready = shallowRef(false);
  const byName = shallowRef(new Map<string, Person>());
  let round = 0;

  async function read(): Promise<void> {
    const mine = ++round;
    const parent = organization();
    if (parent === '') return;
    const found = new Map<string, Person>();
    const posts = session.mayAnywhere('membership.post.read') ? await postsOf(parent) : [];
    const holds = (member: string) => posts.filter((post) => post.member === member);
    for (const post of posts) {
      found.set(post.member ?? '', { name: post.member ?? '', title: post.fullName ?? '', voting: true, full: true, secretary: false, here: true,
        committee: false });
    }
    const add = (member: Member, here: boolean) => found.set(member.name ?? '', {
      name: member.name ?? '', title: member.fullName ?? '', voting: member.voting ?? false, full: member.category === 'MEMBER_CATEGORY_FULL',
      committee: false, secretary: false, here,
    });
    let token = '';
    for (let page = 0; page < MOST_PAGES; ++page) {
      const query = { pageSize: PAGE, pageToken: token };
      const answer = await ask(api.GET('/v1/organizations/{organization}/members', { params: { path: { organization: idOf(parent) }, query } }));
      for (const member of answer.members ?? []) add(member, true);
      token = answer.nextPageToken ?? '';
      if (token === '' || wanted().every((name) => name === '' || found.has(name))) break;
    }
    const missing = [...new Set(wanted())].filter((name) => name !== '' && !found.has(name)).slice(0, MOST_ELSEWHERE);
    await Promise.all(missing.map(async (name) => {
      try {
        const query = { view: 'MEMBER_VIEW_BASIC' as const };
        add(await ask(api.GET('/v1/members/{member}', { params: { path: { member: idOf(name) }, query } })), false);
      } catch {
        // Out of reach: shown without a name.
      }
    }));
    for (const person of found.values()) {
      const held = holds(person.name);
      person.committee = held.some((post) => !outside.includes(post.code));
      person.secretary = held.some((post) => post.code === 'POST_CODE_SECRETARY');
    }
    if (mine !== round) return;
    byName.value = found;
    people.value = [...found.values()];
    complete.value = token === '';
    error.value = null;
    ready.value = true;
  }
  async function reload(): Promise<void> {
    try {
      await read();
    } catch (thrown) {
      error.value = asApiError(thrown);
    }
  }
  watch(organization, reload, { immediate: true });
  // A name that stays unknown is not asked for again.
  const tried = new Set<string>();
  watch(wanted, (names) => {
    const fresh = names.filter((name) => name !== '' && !byName.value.has(name) && !tried.has(name));
    for (const name of fresh) tried.add(name);
    if (fresh.length > 0) void reload();
  });

  /** The name of a member, from `people`; "—" for one out of reach. */
  function nameOf(member: string): string {
    if (member === '') return '';
    return byName.value.get(member)?.title ?? '—';
  }
  return { people, complete, ready, error, nameOf, reload };
}
export type People = ReturnType<typeof usePeople>;
