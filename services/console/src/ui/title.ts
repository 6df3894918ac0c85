// What is one organization called? The current one is known; another is read.
import { shallowRef, watch, type ShallowRef } from 'vue';
import { api, ask } from '@/api/client';
import { idOf } from '@/api/names';
import { useSession } from '@/session/session';

/** The title of `organizations/{id}`; empty until it is known, or when it is out of reach. */
export function useTitle(organization: () => string | undefined): ShallowRef<string> {
  const session = useSession();
  const title = shallowRef('');

  async function read(name: string): Promise<string> {
    const here = session.organization?.name ?? '';
    // One above the current organization may be out of reach itself; its title is told to those below.
    if (session.chain.indexOf(name) > 0) {
      const above = await ask(api.GET('/v1/organizations/{organization}/ancestors', { params: { path: { organization: idOf(here) } } }));
      return above.organizations?.find((one) => one.name === name)?.title ?? '';
    }
    return (await ask(api.GET('/v1/organizations/{organization}', { params: { path: { organization: idOf(name) } } }))).title ?? '';
  }

  watch(organization, async (name) => {
    title.value = name && session.organization?.name === name ? session.organization.title ?? '' : '';
    if (!name || title.value !== '') return;
    const found = await read(name).catch(() => '');
    if (organization() === name) title.value = found;
  }, { immediate: true });
  return title;
}
