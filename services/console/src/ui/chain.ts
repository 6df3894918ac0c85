// Which organizations stand above the one that a record belongs to? What may be done with the record depends on them.
import { shallowRef, watch, type ShallowRef } from 'vue';
import { api, ask } from '@/api/client';
import { idOf } from '@/api/names';
import { useSession } from '@/session/session';

/** An organization and everything above it, as `session.may` wants it; empty until it is known. */
export function useChain(organization: () => string | undefined): ShallowRef<string[]> {
  const session = useSession();
  const chain = shallowRef<string[]>([]);
  watch(organization, async (name) => {
    chain.value = [];
    if (!name) return;
    const at = session.chain.indexOf(name);
    if (at >= 0) {
      chain.value = session.chain.slice(at);
      return;
    }
    let above: string[] = [];
    try {
      const answer = await ask(api.GET('/v1/organizations/{organization}/ancestors', { params: { path: { organization: idOf(name) } } }));
      above = (answer.organizations ?? []).map((one) => one.name ?? '');
    } catch {
      // Out of reach: only what is held on the organization itself counts.
    }
    if (organization() === name) chain.value = [name, ...above];
  }, { immediate: true });
  return chain;
}
