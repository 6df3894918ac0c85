// What is the organization called whose name ("organizations/12") stands in a record? Each one is asked for once; lists
// read the organizations below theirs beforehand, page by page.
import { shallowReactive } from 'vue';
import { api, ask } from '@/api/client';
import { idOf } from '@/api/names';

const AT_ONCE = 6;
const PAGE = 200;
const FEW = 3;

const titles = shallowReactive(new Map<string, string>());
const asked = new Set<string>();

export function learnTitles(organizations: { name?: string; title?: string }[]): void {
  for (const one of organizations) if (one.name) titles.set(one.name, one.title ?? '');
}

/** The title, once it is known; empty before, and where it can't be read. */
export function titleOf(name: string | undefined): string {
  return titles.get(name ?? '') ?? '';
}

async function one(name: string): Promise<void> {
  try {
    learnTitles([await ask(api.GET('/v1/organizations/{organization}', { params: { path: { organization: idOf(name) } } }))]);
  } catch {
    titles.set(name, ''); // beyond what the user may see
  }
}

/** Learns the titles of `names`; with `below`, an organization that most of them stand below, its first page is read at once. */
export async function needTitles(names: (string | undefined)[], below = ''): Promise<void> {
  const unknown = () => [...new Set(names)].filter((name): name is string => !!name && !titles.has(name) && !asked.has(name));
  if (below !== '' && unknown().length > FEW && !asked.has(`${below}/`)) {
    asked.add(`${below}/`);
    const query = { pageSize: PAGE };
    const page = await ask(api.GET('/v1/organizations/{organization}/subtree', { params: { path: { organization: idOf(below) }, query } }));
    learnTitles(page.organizations ?? []);
  }
  const waiting = unknown();
  for (const name of waiting) asked.add(name);
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, waiting.length) }, async () => {
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) await one(name);
  }));
}
