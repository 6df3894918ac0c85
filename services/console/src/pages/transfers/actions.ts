// What can be done to a transfer? One table of the methods of TransferService that move one on; which of them come next the
// case itself says.
import { educations, ethnicGroups } from '@/text/codes';
import type { Message } from '@/api/types';
import type { Action, ActionField, Values } from '@/ui/case/action';

export type Transfer = Message<'ronghe.membership.v1.Transfer'>;
export type TransferKind = 'INSIDE' | 'OUT' | 'IN' | 'WHOLE_UNIT';

export interface TransferStep extends Action {
  /** As next_steps and steps name it. */
  action: string;
  /** Which side does it, of a transfer between organizations of this tree. */
  side: 'sender' | 'receiver';
  /** Takes a second person. */
  waits?: boolean;
}

const codes = (prefix: string, ...ends: string[]) => ends.map((end) => `${prefix}_${end}`);
const APPROVE = 'membership.transfer.approve';
const ACCEPT = 'membership.transfer.accept';
const CREATE = 'membership.transfer.create';

const OUTSIDE_REACH = codes('TRANSFER_REACH', 'NATION', 'ARMY', 'SYSTEM');
export const REASONS = codes('TRANSFER_REASON', 'UNIT_CHANGED', 'RESIDENCE_CHANGED', 'AWAY', 'GRADUATED', 'RETIRED', 'DEMOBILIZED',
  'REORGANIZED');
const RETURNS = codes('TRANSFER_RETURN_REASON', 'WRONG_RECEIVER', 'CONTENTS_WRONG', 'DOCUMENTS_MISSING', 'DUES_UNPAID', 'NOT_REPORTED',
  'RECEIVER_REORGANIZED', 'MEMBERSHIP_UNCONFIRMED');

const toOrganization: ActionField = { path: 'toOrganization', kind: 'organization', of: 'reach' };
const outside: readonly ActionField[] = [
  { path: 'outsideTitle', kind: 'text', longest: 200 }, { path: 'outsideCode', kind: 'text', optional: true },
  { path: 'reach', kind: 'choice', codes: OUTSIDE_REACH },
];

type Rest = Pick<TransferStep, 'permission' | 'side' | 'fields' | 'grave' | 'waits'>;
const step = (rpc: string, verb: string, action: string, rest: Rest): TransferStep => (
  { key: verb, rpc, path: `/v1/transfers/{transfer}:${verb}`, action: `TRANSFER_ACTION_${action}`, ...rest });

export const STEPS: readonly TransferStep[] = [
  step('ApproveTransferOut', 'approveOut', 'APPROVE_OUT', {
    permission: APPROVE, side: 'sender',
    fields: [{ path: 'duesPaidThrough', kind: 'date', optional: true }, { path: 'upperConsent', kind: 'text', optional: true,
      longest: 100 }],
  }),
  step('IssueTransferLetter', 'issueLetter', 'ISSUE_LETTER', { permission: APPROVE, side: 'sender', fields: [{ path: 'validDays',
    kind: 'number', optional: true, most: 366 }] }),
  step('AcceptTransfer', 'accept', 'ACCEPT', { permission: ACCEPT, side: 'receiver', fields: [{ path: 'effectiveDate', kind: 'date',
    label: 'acceptedOn', optional: true }] }),
  step('CompleteTransfer', 'complete', 'COMPLETE', {
    permission: APPROVE, side: 'sender',
    fields: [{ path: 'receiptNumber', kind: 'text' }, { path: 'effectiveDate', kind: 'date', optional: true }],
  }),
  step('ReturnTransfer', 'return', 'RETURN', { permission: ACCEPT, side: 'receiver', grave: true, fields: [{ path: 'reason',
    kind: 'choice', label: 'returnReason', codes: RETURNS }] }),
  step('WithdrawTransfer', 'withdraw', 'WITHDRAW', { permission: CREATE, side: 'sender', grave: true, fields: [] }),
  step('RedirectTransfer', 'redirect', 'REDIRECT', { permission: APPROVE, side: 'sender', fields: [toOrganization, ...outside] }),
  step('ExtendTransferLetter', 'extendLetter', 'EXTEND_LETTER', { permission: APPROVE, side: 'sender', waits: true, fields: [] }),
];

/** What is left of an action's fields for a transfer of this kind: one inside has no outside. */
export function fieldsFor(action: TransferStep, kind: Transfer['kind']): TransferStep {
  if (action.rpc === 'CompleteTransfer' && kind !== 'TRANSFER_KIND_OUT') return { ...action, fields: action.fields.slice(0, 1) };
  if (action.rpc !== 'RedirectTransfer') return action;
  return { ...action, fields: kind === 'TRANSFER_KIND_OUT' ? outside : [toOrganization] };
}

/** The steps that come next, in the order that the case gives. */
export function nextActions(transfer: Transfer): TransferStep[] {
  return (transfer.nextSteps ?? []).flatMap((next) => STEPS.filter((one) => one.action === next.action)).map((one) => fieldsFor(one,
    transfer.kind));
}

/** The organization on which a step needs its permission. */
export function actingOn(transfer: Transfer, action: TransferStep): string {
  const receives = transfer.kind === 'TRANSFER_KIND_IN' || (transfer.kind !== 'TRANSFER_KIND_OUT' && action.side === 'receiver');
  return (receives ? transfer.toOrganization : transfer.fromOrganization) ?? '';
}

const reason: readonly ActionField[] = [
  { path: 'reason', kind: 'choice', codes: REASONS },
  { path: 'awaySince', kind: 'date', when: (values) => values.reason === 'TRANSFER_REASON_AWAY' },
];
const leaving: readonly ActionField[] = [
  { path: 'members', kind: 'members', of: 'reach', most: 200 }, ...reason,
  { path: 'duesPaidThrough', kind: 'date', optional: true }, { path: 'noPersonnelFile', kind: 'boolean' }, { path: 'upperConsent',
    kind: 'text', optional: true, longest: 100 },
];
const full = (values: Values) => values['person.category'] === 'MEMBER_CATEGORY_FULL';
const create = (kind: TransferKind, fields: readonly ActionField[]): Action => ({ key: kind, rpc: 'CreateTransfer', path: '/v1/transfers',
  permission: CREATE, fields });

/** The ways to draft a transfer, by kind. */
export const DRAFTS: Record<TransferKind, Action> = {
  INSIDE: create('INSIDE', [...leaving, toOrganization]),
  OUT: create('OUT', [...leaving, ...outside]),
  IN: create('IN', [
    { path: 'toOrganization', kind: 'organization', of: 'reach', label: 'receivingBranch' },
    { path: 'person.fullName', kind: 'text', longest: 50 }, { path: 'person.identityNumber', kind: 'text', longest: 18 },
    { path: 'person.ethnicity', kind: 'choice', codes: Object.keys(ethnicGroups), titles: ethnicGroups },
    { path: 'person.education', kind: 'choice', codes: Object.keys(educations), titles: educations },
    { path: 'person.category', kind: 'choice', codes: codes('MEMBER_CATEGORY', 'FULL', 'PROBATIONARY') },
    { path: 'person.joinedOn', kind: 'date', start: '' }, { path: 'person.convertedOn', kind: 'date', start: '', when: full },
    { path: 'person.phone', kind: 'text', optional: true, longest: 20 },
    ...reason, ...outside, { path: 'letterNumber', kind: 'text' }, { path: 'letterIssuedOn', kind: 'date' }, { path: 'letterDays',
      kind: 'number', optional: true, most: 366 },
    { path: 'duesPaidThrough', kind: 'date', optional: true }, { path: 'noPersonnelFile', kind: 'boolean' },
  ]),
  WHOLE_UNIT: create('WHOLE_UNIT', [
    { path: 'unit', kind: 'organization', of: 'reach' }, { path: 'toOrganization', kind: 'organization', of: 'reach', label: 'newParent' },
      ...reason,
  ]),
};
