// What was recorded of an event, fact by fact, as far as its own line doesn't say it already?
import type { ApiDate } from '@/api/types';
import type { AdmissionEvent } from './stepLine';

export type Fact =
  | { label: string; kind: 'date'; value: ApiDate }
  | { label: string; kind: 'yes'; value: boolean }
  | { label: string; kind: 'text' | 'code' | 'member' | 'organization'; value: string };

// What an event has beside its facts, and facts that its line shows already.
const OWN = ['day', 'vote'];
const SHOWN = ['day', 'motion'];

function factOf(label: string, value: unknown): Fact[] {
  if (Array.isArray(value)) return value.flatMap((one) => factOf(label, one));
  if (typeof value === 'boolean') return [{ label, kind: 'yes', value }];
  if (typeof value === 'number') return [{ label, kind: 'text', value: String(value) }];
  if (typeof value === 'string') {
    if (value === '') return [];
    if (value.startsWith('members/')) return [{ label, kind: 'member', value }];
    if (value.startsWith('organizations/')) return [{ label, kind: 'organization', value }];
    return [{ label, kind: /^[A-Z]+(_[A-Z]+)+$/.test(value) ? 'code' : 'text', value }];
  }
  if (typeof value !== 'object' || value === null) return [];
  if ('year' in value) return [{ label, kind: 'date', value: value as ApiDate }];
  if ('place' in value && 'kind' in value) {
    const site = value as { kind: string; place: string };
    return [{ label, kind: 'code', value: site.kind }, { label, kind: 'text', value: site.place }];
  }
  return Object.entries(value).flatMap(([inner, one]) => factOf(inner, one));
}

/** The facts of an event; `organization` is left out where it is the one that the event was recorded for. */
export function factsOf(event: AdmissionEvent): Fact[] {
  const [, facts] = Object.entries(event).find(([key, value]) => typeof value === 'object' && !OWN.includes(key)) ?? [];
  if (facts === undefined) return [];
  return Object.entries(facts as object)
    .filter(([key, value]) => !SHOWN.includes(key) && !(key === 'organization' && value === event.organization))
    .flatMap(([key, value]) => factOf(key, value));
}

/** What the rules said when the event was recorded: a decision names the method and bears the same time. */
export function decisionsOf<D extends { event?: string; time?: string }>(event: AdmissionEvent, decisions: readonly D[]): D[] {
  const method = (event.kind ?? '').slice('ADMISSION_EVENT_KIND_'.length).replace(/_/g, '');
  return decisions.filter((one) => one.time === event.time && one.event?.toUpperCase() === method);
}
