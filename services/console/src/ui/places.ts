// What are the few organizations called that somebody's grants name by their ids? Each is asked for once and kept; who
// may read no organizations sees the number.
import { shallowRef } from 'vue';
import { api, ask } from '@/api/client';
import { idOf } from '@/api/names';
import { EVERYWHERE } from '@/session/access';
import { useSession } from '@/session/session';
import { useText } from '@/text';

const MOST = 60;
const titles = shallowRef<ReadonlyMap<string, string>>(new Map());
const asked = new Set<string>();

export function usePlaces() {
  const { t } = useText();
  const session = useSession();

  /** Asks for the titles of those that are not known yet. */
  async function learn(names: readonly (string | undefined)[]): Promise<void> {
    if (!session.mayAnywhere('membership.organization.read')) return;
    const fresh = [...new Set(names)].filter((name): name is string => !!name && name !== EVERYWHERE && !asked.has(name)).slice(0, MOST);
    for (const name of fresh) asked.add(name);
    const found = await Promise.all(fresh.map(async (name) => {
      try {
        const path = { organization: idOf(name) };
        return [name, (await ask(api.GET('/v1/organizations/{organization}', { params: { path } }))).title ?? ''] as const;
      } catch {
        return [name, ''] as const;
      }
    }));
    titles.value = new Map([...titles.value, ...found.filter(([, title]) => title !== '')]);
  }
  /** What an organization is called; its number while or where that is not known. */
  function placeOf(name: string | undefined): string {
    if (!name) return '';
    if (name === EVERYWHERE) return t('organization.everywhere');
    return titles.value.get(name) ?? t('organization.number', { number: idOf(name) });
  }
  return { titles, learn, placeOf };
}
