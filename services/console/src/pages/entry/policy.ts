// By which figures does the gateway judge passwords and sessions? Read once from its rule set, by somebody who is fully
// signed in: before that it answers nobody.
import { shallowRef } from 'vue';
import { api, ask } from '@/api/client';
import { useSession } from '@/session/session';

export type PolicyFigures = ReadonlyMap<string, number>;

const figures = shallowRef<PolicyFigures | null>(null);
let reading: Promise<void> | null = null;

async function read(): Promise<void> {
  try {
    const path = { service: 'gateway' };
    const sets = await ask(api.GET('/v1/services/{service}/ruleSets', { params: { path } }));
    const policy = (sets.ruleSets ?? []).filter((one) => one.ruleSet?.replace(/_/g, '-') === 'login-policy').pop()?.name;
    if (policy === undefined) return;
    const ruleSet = policy.slice(policy.lastIndexOf('/') + 1);
    const set = await ask(api.GET('/v1/services/{service}/ruleSets/{ruleSet}', { params: { path: { ...path, ruleSet } } }));
    figures.value = new Map((set.rules ?? []).map((one) => [one.key ?? '', Number(one.value)]));
  } catch {
    // Then nothing is said in figures, until the next page asks again; the gateway still judges by them.
    reading = null;
  }
}

/** The figures by their keys ("min_length", "idle_minutes"); null while they are not known. */
export function usePolicy() {
  const session = useSession();
  if (session.phase === 'in' && !session.ended) reading ??= read();
  return figures;
}
