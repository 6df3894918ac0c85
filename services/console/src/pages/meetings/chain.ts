// Which organizations stand above the one that a record belongs to? What may be done to it depends on them.
import { computed } from 'vue';
import { useRoute } from 'vue-router';
import { api, ask } from '@/api/client';
import { idOf } from '@/api/names';
import { useSession, type Organization } from '@/session/session';
import { useAsk } from '@/ui/ask';

/** The organization and its chain of names; those of the current one are known already. */
export function useOrganization(name: () => string) {
  const session = useSession();
  const asked = useAsk(async (): Promise<{ organization: Organization; chain: string[] } | null> => {
    const wanted = name();
    if (wanted === '') return null;
    if (wanted === session.organization?.name) return { organization: session.organization, chain: session.chain };
    const path = { organization: idOf(wanted) };
    const [organization, above] = await Promise.all([
      ask(api.GET('/v1/organizations/{organization}', { params: { path } })),
      ask(api.GET('/v1/organizations/{organization}/ancestors', { params: { path } })),
    ]);
    return { organization, chain: [wanted, ...(above.organizations ?? []).map((one) => one.name ?? '')] };
  }, [name]);
  const chain = computed(() => asked.data.value?.chain ?? []);
  const organization = computed(() => asked.data.value?.organization ?? null);
  return { chain, organization, error: asked.error };
}

/** The organization that the address names (?organization=12), else the current one; `where` names it again in a link. */
export function useNamedOrganization() {
  const session = useSession();
  const route = useRoute();
  const named = computed(() => (/^\d+$/.test(String(route.query.organization)) ? `organizations/${String(route.query.organization)}` : ''));
  const where = computed((): Record<string, string> => (named.value === '' || named.value === session.organization?.name ? {} : { organization: idOf(named.value) }));
  return { ...useOrganization(() => named.value || (session.organization?.name ?? '')), where };
}
