// What is said of roster imports on more than one page: where they stand, and what to do about a file that was refused.
import type { Message } from '@/api/types';

export type RosterImport = Message<'ronghe.membership.v1.RosterImport'>;

export const STEPS = ['upload', 'check', 'write', 'done'] as const;

/** How far an import is, as one of the steps. */
export function stepOf(one: RosterImport): (typeof STEPS)[number] {
  switch (one.state) {
    case 'ROSTER_IMPORT_STATE_CHECKING': return 'check';
    case 'ROSTER_IMPORT_STATE_CHECKED': return 'write';
    case 'ROSTER_IMPORT_STATE_RUNNING': return 'write';
    case 'ROSTER_IMPORT_STATE_SUCCEEDED':
    case 'ROSTER_IMPORT_STATE_PARTIAL': return 'done';
    // A file that was refused as a whole never came beyond the check.
    case 'ROSTER_IMPORT_STATE_FAILED': return (one.failureReason ?? '') === '' ? 'write' : 'check';
    default: return 'upload';
  }
}

/** Whether it works by itself now, so that one looks again. */
export function working(one: RosterImport): boolean {
  return one.state === 'ROSTER_IMPORT_STATE_CHECKING' || one.state === 'ROSTER_IMPORT_STATE_RUNNING';
}

/** How far the work is, in hundredths; null while nobody knows how many rows there are. */
export function percentOf(one: RosterImport): number | null {
  const rows = one.rowCount ?? 0;
  return rows === 0 ? null : Math.min(100, Math.floor(((one.processedCount ?? 0) * 100) / rows));
}

const REMEDIES = ['FORMULA', 'MACRO', 'ENCRYPT', 'PASSWORD', 'ENCODING', 'HEADER', 'DAMAGED', 'LARGE', 'FORMAT', 'EMPTY', 'ROWS',
  'EXTERNAL'];

/** The key of the words that say how to help a file that was refused for `reason`. */
export function remedyOf(reason: string | undefined): string {
  const found = REMEDIES.find((word) => (reason ?? '').includes(word));
  return `remedies.${(found ?? 'other').toLowerCase()}`;
}
