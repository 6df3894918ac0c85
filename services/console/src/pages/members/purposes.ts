// What may numbers be read in full, or exported, for? The purposes that the rules of the place have in force (P-02).
import { api, ask } from '@/api/client';
import type { Message } from '@/api/types';
import { isoDay, today } from '@/text/format';

export interface Purpose {
  code: string;
  title: string;
  source: string;
}
type RuleSet = Message<'ronghe.operation.v1.RuleSet'>;

/** The version of the rules on unmasking that holds on a day. */
export function inForce(sets: RuleSet[], on: string): RuleSet | undefined {
  return sets.find((one) => one.ruleSet === 'unmask' && (isoDay(one.effectiveFrom) || '0') <= on && (isoDay(one.effectiveTo) || '9') > on);
}

/** The purposes among the rules of a version. */
export function purposesOf(set: RuleSet): Purpose[] {
  return (set.rules ?? []).flatMap((rule) => {
    const code = /^purposes\[(\w+)\]$/.exec(rule.key ?? '')?.[1];
    return code === undefined ? [] : [{ code, title: rule.title ?? code, source: rule.source ?? '' }];
  });
}

const service = 'membership';

export async function readPurposes(): Promise<Purpose[]> {
  const { ruleSets } = await ask(api.GET('/v1/services/{service}/ruleSets', { params: { path: { service } } }));
  const name = inForce(ruleSets ?? [], isoDay(today()))?.name;
  if (name === undefined) return [];
  const ruleSet = name.slice(name.lastIndexOf('/') + 1);
  return purposesOf(await ask(api.GET('/v1/services/{service}/ruleSets/{ruleSet}', { params: { path: { service, ruleSet } } })));
}
