// What can be recorded in an admission case? One table of every method of AdmissionService that moves a case on: the facts
// it takes, in which states it may happen, and for whom. Days begin with today, who acts is known from the case, votes are
// referred to; the rest is asked.
import { degrees, educations, ethnicGroups } from '@/text/codes';
import type { Action, ActionField, Values } from '@/ui/case/action';
import { BEFORE_APPROVAL, NOT_ENDED, PROBATION, type AdmissionCase, type AdmissionState } from './states';

export interface AdmissionAction extends Action {
  /** The event that it records, as steps name it. */
  event: string;
  /** The states in which it may happen at all. */
  states: readonly AdmissionState[];
  /** For whom it is recorded: the branch, a committee above it, or the branch that receives the applicant. */
  by: 'branch' | 'committee' | 'receiver';
  /** Never what comes next, though it may be done. */
  aside?: boolean;
  /** A condition on the case beside its state. */
  when?: (admission: AdmissionCase) => boolean;
}

const RECORD = 'membership.admission.record';
const CONSENT = 'membership.admission.consent';
const APPROVE = 'membership.admission.approve';

const states = (...short: string[]) => short.map((one) => `ADMISSION_STATE_${one}` as AdmissionState);
const codes = (prefix: string, ...ends: string[]) => ends.map((end) => `${prefix}_${end}`);

const REASONS = codes('SPECIAL_REASON', 'URGENT_TASK', 'LONG_ABSENCE', 'HARDSHIP', 'OTHER');
const DECISION = codes('MOTION_KIND', 'COMMITTEE', 'GENERAL');

const date = (path: string, more: Partial<ActionField> = {}): ActionField => ({ path, kind: 'date', ...more });
const yes = (path: string, more: Partial<ActionField> = {}): ActionField => ({ path, kind: 'boolean', ...more });
const choice = (path: string, of: readonly string[], more: Partial<ActionField> = {}): ActionField => ({ path, kind: 'choice', codes: of,
  ...more });
const actor = (path: string): ActionField => ({ path, kind: 'actor', label: 'acting' });
const motion = (path: string, motions: readonly string[], of: ActionField['of'] = 'branch'): ActionField => ({ path, kind: 'motion',
  motions, of });

type Rest = Omit<AdmissionAction, 'key' | 'rpc' | 'path' | 'event'>;
/** A method of a case: its words, its event and its path follow from its name, unless the path has another verb. */
function step(rpc: string, rest: Rest, verb = rpc[0]!.toLowerCase() + rpc.slice(1)): AdmissionAction {
  const event = `ADMISSION_EVENT_KIND${rpc.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
  return { key: rpc[0]!.toLowerCase() + rpc.slice(1), rpc, path: `/v1/admissionCases/{admissionCase}:${verb}`, event, ...rest };
}

const extends_ = (values: Values) => values['vote.proposal'] === 'CONVERSION_PROPOSAL_EXTEND';
const waived = (values: Values) => values['training.waiver.reason'] !== '';

export const STEPS: readonly AdmissionAction[] = [
  step('RecordTalk', { permission: RECORD, by: 'branch', states: states('APPLIED'), fields: [date('talk.day'), { path: 'talk.talker',
    kind: 'member' }] }),
  step('ProposeActivist', {
    permission: RECORD, by: 'branch', states: states('TALKED'),
    fields: [motion('proposal.motion', DECISION), choice('proposal.channel', codes('ACTIVIST_CHANNEL', 'MEMBERS', 'MASS_ORGANIZATION'))],
  }),
  step('FileActivist', { permission: CONSENT, by: 'committee', states: states('ACTIVIST_DECIDED'), fields: [actor('filing.organization'),
    date('filing.day')] }),
  step('AssignCultivators', {
    permission: RECORD, by: 'branch', states: states('ACTIVIST', 'CANDIDATE_PROPOSED', 'CANDIDATE_CONSENTED', 'NOTICE_OPEN', 'CANDIDATE'),
    fields: [{ path: 'choice.members', kind: 'members', label: 'cultivators', most: 2 }, date('choice.day')],
  }),
  step('ReviewActivist', {
    permission: RECORD, by: 'branch', states: states('ACTIVIST', 'CANDIDATE_PROPOSED', 'CANDIDATE_CONSENTED', 'NOTICE_OPEN'),
      fields: [date('review.day')],
  }),
  step('RelocateApplicant', {
    permission: RECORD, by: 'branch', states: states('ACTIVIST'), aside: true, when: (admission) => !admission.relocatingTo,
    fields: [{ path: 'relocation.organization', kind: 'organization', label: 'movesTo', of: 'reach' }, date('relocation.day')],
  }),
  step('ReceiveApplicant', {
    permission: RECORD, by: 'receiver', states: states('ACTIVIST'), when: (admission) => Boolean(admission.relocatingTo),
      fields: [date('receipt.day')],
  }),
  step('ProposeCandidate', {
    permission: RECORD, by: 'branch', states: states('ACTIVIST'),
    fields: [motion('proposal.motion', DECISION), yes('proposal.groupHeard'), yes('proposal.cultivatorsHeard'),
      yes('proposal.membersHeard'), yes('proposal.massesHeard')],
  }),
  step('ConsentToCandidate', {
    permission: CONSENT, by: 'committee', states: states('CANDIDATE_PROPOSED'),
    fields: [actor('consent.organization'), date('consent.day'), yes('consent.consented', { start: true })],
  }),
  step('StartNotice', {
    permission: RECORD, by: 'branch', states: states('CANDIDATE_CONSENTED'),
    fields: [date('notice.day', { label: 'firstDay' }),
      { path: 'notice.sites', kind: 'sites', codes: codes('NOTICE_SITE_KIND', 'UNIT', 'RESIDENCE', 'OUTFLOW', 'INFLOW') }],
  }),
  step('CloseNotice', {
    permission: RECORD, by: 'branch', states: states('NOTICE_OPEN'),
    fields: [date('notice.day'), choice('notice.objection', codes('NOTICE_OBJECTION', 'NONE', 'UNFOUNDED', 'UPHELD'))],
  }),
  step('ChooseSponsors', {
    permission: RECORD, by: 'branch', states: states('CANDIDATE', 'RETURNED'),
    fields: [{ path: 'choice.members', kind: 'members', label: 'sponsors', most: 2 }, date('choice.day')],
  }),
  step('RecordBackgroundReview', {
    permission: RECORD, by: 'branch', states: states('CANDIDATE', 'RETURNED'),
    fields: [date('review.day'), choice('review.conclusion', codes('REVIEW_CONCLUSION', 'PASSED', 'FAILED')), yes('review.joint'),
      yes('review.householdAsked'),
      yes('review.residenceAsked')],
  }),
  step('RecordTraining', {
    permission: RECORD, by: 'branch', states: states('CANDIDATE', 'RETURNED'),
    fields: [date('training.day', { label: 'lastDay' }), { path: 'training.days', kind: 'number', most: 366,
      when: (values) => !waived(values) },
      { path: 'training.hours', kind: 'number', most: 2000, when: (values) => !waived(values) },
      choice('training.waiver.reason', REASONS, { label: 'waiverReason', optional: true }),
      { path: 'training.waiver.organization', kind: 'superior', label: 'waivedBy', when: waived }],
  }),
  step('ReviewByBranch', {
    permission: RECORD, by: 'branch', states: states('CANDIDATE', 'RETURNED'),
    fields: [motion('review.motion', DECISION), yes('review.leavingSoon'),
      choice('review.leavingReason', REASONS, { when: (values) => values['review.leavingSoon'] === true })],
  }),
  step('PreReviewAdmission', {
    permission: CONSENT, by: 'committee', states: states('BRANCH_REVIEWED'),
    fields: [actor('review.organization'), date('review.day'), yes('review.passed', { start: true }),
      { path: 'review.formNumber', kind: 'text', longest: 32, when: (values) => values['review.passed'] === true }],
  }, 'preReview'),
  step('RecordAdmissionVote', {
    permission: RECORD, by: 'branch', states: states('PRE_REVIEWED', 'BRANCH_PASSED', 'TALKED_BY_UPPER'),
    fields: [motion('vote.motion', codes('MOTION_KIND', 'ADMISSION')), date('vote.submittedOn', { optional: true })],
  }),
  step('RecordUpperTalk', {
    permission: CONSENT, by: 'committee', states: states('BRANCH_PASSED'),
    fields: [actor('talk.organization'), date('talk.day'), { path: 'talk.talker', kind: 'member', of: 'actor' }],
  }),
  step('ApproveAdmission', {
    permission: APPROVE, by: 'committee', states: states('TALKED_BY_UPPER'),
    fields: [actor('approval.organization'), motion('approval.motion', codes('MOTION_KIND', 'APPROVAL'), 'actor'),
      date('approval.repliedOn', { optional: true }),
      choice('approval.lateReason', REASONS, { optional: true })],
  }, 'approve'),
  step('FileAdmission', { permission: CONSENT, by: 'committee', states: PROBATION, fields: [actor('filing.organization'),
    date('filing.day')] }),
  step('AssignGroup', {
    permission: RECORD, by: 'branch', states: PROBATION, fields: [{ path: 'assignment.group', kind: 'organization', optional: true },
      date('assignment.day')],
  }),
  step('RecordOath', { permission: RECORD, by: 'branch', states: PROBATION, fields: [date('oath.day')] }),
  step('ReviewProbation', { permission: RECORD, by: 'branch', states: PROBATION, fields: [date('review.day')] }),
  step('ApplyForConversion', { permission: RECORD, by: 'branch', states: states('PROBATIONARY', 'PROBATION_EXTENDED'),
    fields: [date('application.day')] }),
  step('RecordConversionVote', {
    permission: RECORD, by: 'branch', states: states('PROBATIONARY', 'CONVERSION_APPLIED', 'PROBATION_EXTENDED'),
    fields: [motion('vote.motion', codes('MOTION_KIND', 'CONVERSION')), choice('vote.proposal', codes('CONVERSION_PROPOSAL', 'ON_TIME',
      'EXTEND', 'CANCEL')),
      { path: 'vote.months', kind: 'number', most: 120, when: extends_ }, yes('vote.groupHeard'), yes('vote.membersHeard'),
        yes('vote.massesHeard'),
      date('vote.submittedOn', { optional: true })],
  }),
  step('DecideConversion', {
    permission: APPROVE, by: 'committee', states: states('CONVERSION_PASSED'),
    fields: [actor('decision.organization'), motion('decision.motion', codes('MOTION_KIND', 'APPROVAL'), 'actor'),
      date('decision.repliedOn', { optional: true })],
  }),
  step('PostponeConversion', {
    permission: RECORD, by: 'branch', states: states('PROBATIONARY', 'CONVERSION_APPLIED'), aside: true,
    fields: [date('postponement.day'), date('postponement.until')],
  }),
  step('RefuseRecognition', {
    permission: 'membership.admission.derecognise', by: 'committee', states: NOT_ENDED, aside: true, grave: true,
    fields: [actor('refusal.organization'), date('refusal.day'), choice('refusal.ground', codes('REFUSAL_GROUND', 'UNCONFIRMED',
      'IRREGULAR'))],
  }),
  step('ArchiveAdmissionCase', { permission: RECORD, by: 'branch', states: states('FULL'), fields: [date('archiving.day')] }, 'archive'),
  step('EndAdmissionCase', {
    permission: RECORD, by: 'branch', states: BEFORE_APPROVAL, aside: true, grave: true,
    fields: [date('ending.day'), choice('ending.reason', codes('ENDING_REASON', 'WITHDRAWN', 'DECEASED', 'UNSUITABLE',
      'ENTERED_IN_ERROR'))],
  }, 'end'),
];

const PERSON: readonly ActionField[] = [
  { path: 'applicant.fullName', kind: 'text', longest: 50 },
  { path: 'applicant.identityNumber', kind: 'text', longest: 18 },
  choice('applicant.ethnicity', Object.keys(ethnicGroups), { titles: ethnicGroups }),
  choice('applicant.education', Object.keys(educations), { titles: educations }),
];
const PERSON_MORE: readonly ActionField[] = [
  { path: 'applicant.phone', kind: 'text', optional: true, longest: 20 },
  choice('applicant.unit', codes('APPLICANT_UNIT', 'VILLAGE', 'COMMUNITY', 'GOVERNMENT', 'PUBLIC_INSTITUTION', 'PUBLIC_ENTERPRISE',
    'PRIVATE_ENTERPRISE', 'SOCIAL_ORGANIZATION', 'OTHER'), { optional: true }),
  choice('applicant.degree', Object.keys(degrees), { titles: degrees, optional: true }),
  { path: 'applicant.occupation', kind: 'text', optional: true, longest: 50 },
  { path: 'applicant.technicalPost', kind: 'text', optional: true, longest: 50 },
  { path: 'applicant.residenceRegion', kind: 'text', optional: true, longest: 6 },
  { path: 'applicant.householdRegion', kind: 'text', optional: true, longest: 6 },
  yes('applicant.migrantWorker'),
];

/** The two ways to open a case. */
export const OPENINGS: readonly Action[] = [
  {
    key: 'submitApplication', rpc: 'SubmitApplication', path: '/v1/organizations/{organization}/admissionCases', permission: RECORD,
    fields: [
      ...PERSON, date('submission.receivedOn'),
      choice('submission.place', codes('APPLICATION_PLACE', 'UNIT', 'LOCALITY', 'SUPERVISOR', 'RESIDENCE', 'FLOATING')),
        yes('submission.floating'),
      ...PERSON_MORE,
    ],
  },
  {
    key: 'admitSpecially', rpc: 'AdmitSpecially', path: '/v1/organizations/{organization}/admissionCases:admitSpecially',
    permission: 'membership.admission.special',
    fields: [
      ...PERSON, choice('admission.kind', codes('ADMISSION_KIND', 'DIRECT', 'POSTHUMOUS'), { label: 'specialKind' }),
      choice('admission.authority', codes('SPECIAL_AUTHORITY', 'CENTRE', 'PROVINCE')), date('admission.day', { label: 'decidedOn' }),
      { path: 'admission.documentNumber', kind: 'text', longest: 64 }, ...PERSON_MORE,
    ],
  },
];

/** The events that the case's current steps wait for. */
function awaited(admission: AdmissionCase): Set<string> {
  const current = (admission.steps ?? []).filter((one) => one.state === 'ADMISSION_STEP_STATE_CURRENT');
  return new Set(current.flatMap((one) => one.events ?? []));
}

/** What may happen in the case as it stands: what is due, and what is possible beside it. */
export function offered(admission: AdmissionCase): { due: AdmissionAction[]; beside: AdmissionAction[] } {
  const waits = awaited(admission);
  const possible = STEPS.filter((one) => one.states.includes(admission.state!) && (one.when === undefined || one.when(admission)));
  const due = possible.filter((one) => one.aside !== true && waits.has(one.event));
  return { due, beside: possible.filter((one) => !due.includes(one)) };
}
