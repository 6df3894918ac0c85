// Who of a branch is short of hours, and who is not? The roll and the shortfalls put side by side, in the roll's order.
import type { Message } from '@/api/types';

export type Shortfall = Message<'ronghe.training.v1.Shortfall'>;
export const SHOWN = ['all', 'short', 'uncovered', 'rest'] as const;
export type Shown = (typeof SHOWN)[number];

export interface LedgerRow {
  member: string;
  title: string;
  /** Absent: the hours are reached, or the member is exempt. */
  shortfall?: Shortfall;
}

export function asShown(text: unknown): Shown {
  return SHOWN.find((one) => one === text) ?? 'short';
}

/** Those on the roll first; who is short but has no place on it any more comes after them, without a title. */
export function ledgerOf(roll: readonly { name?: string; fullName?: string }[], shortfalls: readonly Shortfall[]): LedgerRow[] {
  const short = new Map(shortfalls.map((one) => [one.member ?? '', one]));
  const rows: LedgerRow[] = roll.map((one) => ({ member: one.name ?? '', title: one.fullName ?? '',
    shortfall: short.get(one.name ?? '') }));
  for (const row of rows) short.delete(row.member);
  return [...rows, ...[...short].map(([member, shortfall]) => ({ member, title: '', shortfall }))];
}

export function shows(row: LedgerRow, shown: Shown): boolean {
  if (shown === 'all') return true;
  if (shown === 'rest') return row.shortfall === undefined;
  if (shown === 'short') return row.shortfall !== undefined;
  return row.shortfall !== undefined && !row.shortfall.creditedHalfHours;
}

export interface Group {
  organization: string;
  shortfalls: Shortfall[];
  shortHalfHours: number;
}

/** What stands together in the API's order, by organization. */
export function groupsOf(shortfalls: readonly Shortfall[]): Group[] {
  const groups = new Map<string, Group>();
  for (const one of shortfalls) {
    const organization = one.organization ?? '';
    const group = groups.get(organization) ?? { organization, shortfalls: [], shortHalfHours: 0 };
    groups.set(organization, group);
    group.shortfalls.push(one);
    group.shortHalfHours += one.shortHalfHours ?? 0;
  }
  return [...groups.values()];
}
