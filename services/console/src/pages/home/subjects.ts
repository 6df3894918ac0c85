// Which page is a reminder about? A subject is a resource name; its page, where the console has one, does what is due.
import { idOf } from '@/api/names';

const OWN: Record<string, (id: string) => string> = {
  admissionCases: (id) => `/admission/${id}`,
  organizations: (id) => `/members?organization=${id}`,
};

/** The addresses that may stand behind a subject, the likeliest first; the organization that must act comes last. */
export function addressesOf(subject: string, acting: string): string[] {
  const collection = subject.split('/')[0] ?? '';
  const id = idOf(subject);
  const own = OWN[collection]?.(id) ?? `/${collection}/${id}`;
  return acting === '' ? [own] : [own, `/members?organization=${idOf(acting)}`];
}

/** The first of them that the console has a page for; empty when there is none. */
export function pageOf(subject: string, acting: string, exists: (address: string) => boolean): string {
  return addressesOf(subject, acting).find(exists) ?? '';
}
