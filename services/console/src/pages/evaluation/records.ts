// On which page does a record stand that a figure was counted from? Records are named as their services name them.
import { partOf } from '@/api/names';

interface Place {
  path: string;
  query?: Record<string, string>;
}

/** The page of a record; undefined where there is none of its own, such as of a duty that was not fulfilled. */
export function pageOf(name: string): Place | undefined {
  const [collection = '', id = ''] = name.split('/');
  if (!/^\d+$/.test(id)) return undefined;
  switch (collection) {
    case 'meetings': return { path: `/meetings/${id}` };
    case 'duties': return { path: '/meetings' };
    case 'sessions': return { path: `/training/sessions/${id}` };
    case 'certificates': return { path: `/training/certificates/${id}` };
    case 'admissionCases': return { path: `/admission/${id}` };
    case 'organizations': return { path: '/members', query: { organization: id } };
    case 'members': {
      const year = partOf(name, 'hourAccounts');
      return name.includes('/hourAccounts/') ? { path: `/training/hours/${id}`, query: { year } } : { path: `/members/${id}` };
    }
    default: return undefined;
  }
}

/** The member that a record is about, `members/{id}`; empty when it is about none. */
export function memberOf(name: string): string {
  return name.startsWith('members/') ? name.split('/').slice(0, 2).join('/') : '';
}
