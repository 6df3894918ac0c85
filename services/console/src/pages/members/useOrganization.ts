// Which organization is this page about, what stands above it, and what may be done on it?
import { computed } from 'vue';
import { api, ask } from '@/api/client';
import { useSession, type Organization } from '@/session/session';
import { useAsk } from '@/ui/ask';
import { learnTitles } from '@/ui/organizationTitles';

export interface Place {
  organization: Organization;
  /** Those above it, nearest first. */
  above: Organization[];
  /** Its name and those of all above it: what a permission is asked on. */
  chain: string[];
}

export async function readPlace(id: string): Promise<Place> {
  const path = { organization: id };
  const [organization, upper] = await Promise.all([
    ask(api.GET('/v1/organizations/{organization}', { params: { path } })),
    ask(api.GET('/v1/organizations/{organization}/ancestors', { params: { path } })),
  ]);
  const above = upper.organizations ?? [];
  learnTitles([organization, ...above]);
  return { organization, above, chain: [organization, ...above].map((one) => one.name ?? '') };
}

/** Reads the organization with the id that `id` answers, and again when that changes. */
export function useOrganization(id: () => string) {
  const session = useSession();
  const asked = useAsk(async () => (id() === '' ? null : readPlace(id())), [id]);
  const chain = computed(() => asked.data.value?.chain ?? []);
  const may = (permission: string) => session.may(permission, chain.value);
  return { ...asked, place: asked.data, chain, may };
}
