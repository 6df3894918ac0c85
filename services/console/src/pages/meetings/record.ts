// How does a record of a meeting look while it is typed, and how does it get from the API and back to it?
import { apiDate, isoDay, localTime } from '@/text/format';
import type { AbsenceReason, Attendance, BallotMode, Meeting, MeetingMode, MeetingRecord, Motion, MotionKind, Presence } from './kinds';

/** One line of the roll. Times are China's, as "2026-03-08T09:30". */
export interface Mark {
  member: string;
  presence: Presence;
  reason: AbsenceReason;
  approvedBy: string;
  arrivedAt: string;
  voting: boolean;
  full: boolean;
  committee: boolean;
}
export interface ObserverForm {
  name: string;
  member: string;
  capacity: string;
}
export interface AgendaForm {
  title: string;
  code: string;
  speakerCount: number;
  summary: string;
  preCommitteeMeeting: string;
}
export interface MotionForm {
  text: string;
  kind: MotionKind;
  subject: string;
  ballotMode: BallotMode;
  votedAt: string;
  /** Empty: taken from attendance. */
  present: number | '';
  writtenFor: number;
  votesFor: number;
  votesAgainst: number;
  votesAbstain: number;
  votesInvalid: number;
  ballotsIssued: number;
  ballotsReturned: number;
}
export interface ResolutionForm {
  text: string;
  owner: string;
  dueDate: string;
}
export interface AttachmentForm {
  title: string;
  reference: string;
}
export interface BasicsForm {
  openedAt: string;
  closedAt: string;
  meetingNo: string;
  place: string;
  mode: MeetingMode;
  chair: string;
  recorder: string;
  signedByChair: boolean;
  signedByRecorder: boolean;
}
export interface RecordForm extends BasicsForm {
  marks: Mark[];
  observers: ObserverForm[];
  agenda: AgendaForm[];
  motions: MotionForm[];
  resolutions: ResolutionForm[];
  attachments: AttachmentForm[];
}

/** RFC 3339 of China's "2026-03-08T09:30"; undefined for none. */
export function instant(local: string): string | undefined {
  return local === '' ? undefined : new Date(`${local}:00+08:00`).toISOString();
}

export function markOf(one: Attendance): Mark {
  return {
    member: one.member, presence: one.presence ?? 'PRESENCE_UNSPECIFIED', reason: one.reason ?? 'ABSENCE_REASON_UNSPECIFIED',
    approvedBy: one.approvedBy ?? '', arrivedAt: localTime(one.arrivedAt), voting: one.voting ?? false, full: one.full ?? false,
    committee: one.committee ?? false,
  };
}
export const marksOf = (meeting: Meeting): Mark[] => (meeting.attendance ?? []).map(markOf);

export function attendanceOf(marks: readonly Mark[]): Attendance[] {
  return marks.filter((mark) => mark.presence !== 'PRESENCE_UNSPECIFIED').map((mark) => {
    const absent = mark.presence === 'PRESENCE_ABSENT';
    return {
      member: mark.member, presence: mark.presence,
      ...(absent ? { reason: mark.reason, approvedBy: mark.approvedBy } : { arrivedAt: instant(mark.arrivedAt) }),
    };
  });
}

export const observersOf = (meeting: Meeting): ObserverForm[] =>
  (meeting.observers ?? []).map((one) => ({ name: one.name, member: one.member ?? '', capacity: one.capacity ?? '' }));
export const agendaOf = (meeting: Meeting): AgendaForm[] => (meeting.agenda ?? []).map((item) => ({
  title: item.title, code: item.code ?? '', speakerCount: item.speakerCount ?? 0, summary: item.summary ?? '',
  preCommitteeMeeting: item.preCommitteeMeeting ?? '',
}));
export const motionsOf = (meeting: Meeting): MotionForm[] => (meeting.motions ?? []).map((motion) => ({
  text: motion.text, kind: motion.kind ?? 'MOTION_KIND_GENERAL', subject: motion.subject ?? '',
  ballotMode: motion.ballotMode ?? 'BALLOT_MODE_HANDS', votedAt: localTime(motion.votedAt), present: motion.present ?? '',
  writtenFor: motion.writtenFor ?? 0, votesFor: motion.votesFor ?? 0, votesAgainst: motion.votesAgainst ?? 0,
  votesAbstain: motion.votesAbstain ?? 0, votesInvalid: motion.votesInvalid ?? 0, ballotsIssued: motion.ballotsIssued ?? 0,
  ballotsReturned: motion.ballotsReturned ?? 0,
}));
export const resolutionsOf = (meeting: Meeting): ResolutionForm[] =>
  (meeting.resolutions ?? []).map((one) => ({ text: one.text, owner: one.owner ?? '', dueDate: isoDay(one.dueDate) }));
export const attachmentsOf = (meeting: Meeting): AttachmentForm[] =>
  (meeting.attachments ?? []).map((one) => ({ title: one.title, reference: one.reference }));

export function basicsOf(meeting: Meeting): BasicsForm {
  return {
    openedAt: localTime(meeting.openedAt), closedAt: localTime(meeting.closedAt), meetingNo: meeting.meetingNo ?? '',
    place: meeting.place ?? '', mode: meeting.mode ?? 'MEETING_MODE_ONSITE', chair: meeting.chair ?? '', recorder: meeting.recorder ?? '',
    signedByChair: meeting.signedByChair ?? false, signedByRecorder: meeting.signedByRecorder ?? false,
  };
}
export function formOf(meeting: Meeting): RecordForm {
  return {
    ...basicsOf(meeting), marks: marksOf(meeting), observers: observersOf(meeting), agenda: agendaOf(meeting), motions: motionsOf(meeting),
    resolutions: resolutionsOf(meeting), attachments: attachmentsOf(meeting),
  };
}

/** Whether votes of this mode are counted on paper. */
export const onPaper = (mode: BallotMode): boolean => mode === 'BALLOT_MODE_SECRET' || mode === 'BALLOT_MODE_OPEN';

export function motionsMessage(motions: readonly MotionForm[]): Motion[] {
  return motions.map(({ present, votedAt, ballotsIssued, ballotsReturned, ...rest }) => ({
    ...rest, votedAt: instant(votedAt), ...(present === '' ? {} : { present }),
    ...(onPaper(rest.ballotMode) ? { ballotsIssued, ballotsReturned } : {}),
  }));
}
export const agendaMessage = (agenda: readonly AgendaForm[]) => agenda.map((item) => ({ ...item }));
export const resolutionsMessage = (resolutions: readonly ResolutionForm[]) =>
  resolutions.map((one) => ({ text: one.text, owner: one.owner, dueDate: apiDate(one.dueDate) }));

const PARTS: { [Part in keyof RecordForm]: (form: RecordForm) => Partial<MeetingRecord> } = {
  openedAt: (form) => ({ openedAt: instant(form.openedAt) }),
  closedAt: (form) => ({ closedAt: instant(form.closedAt) }),
  meetingNo: (form) => ({ meetingNo: form.meetingNo }),
  place: (form) => ({ place: form.place }),
  mode: (form) => ({ mode: form.mode }),
  chair: (form) => ({ chair: form.chair }),
  recorder: (form) => ({ recorder: form.recorder }),
  signedByChair: (form) => ({ signedByChair: form.signedByChair }),
  signedByRecorder: (form) => ({ signedByRecorder: form.signedByRecorder }),
  marks: (form) => ({ attendance: attendanceOf(form.marks) }),
  observers: (form) => ({ observers: form.observers.map((one) => ({ ...one })) }),
  agenda: (form) => ({ agenda: agendaMessage(form.agenda) }),
  motions: (form) => ({ motions: motionsMessage(form.motions) }),
  resolutions: (form) => ({ resolutions: resolutionsMessage(form.resolutions) }),
  attachments: (form) => ({ attachments: form.attachments.map((one) => ({ ...one })) }),
};
export type PartKey = keyof RecordForm;
export const parts = Object.keys(PARTS) as PartKey[];

/** The parts of the record that `form` has otherwise than `before`. */
export function changedParts(form: RecordForm, before: RecordForm): PartKey[] {
  return parts.filter((part) => JSON.stringify(form[part]) !== JSON.stringify(before[part]));
}
/** The message that carries some parts of the record: a part that is left out keeps what was recorded before. */
export function recordMessage(form: RecordForm, only: readonly PartKey[] = parts): MeetingRecord {
  return only.reduce<MeetingRecord>((message, part) => ({ ...message, ...PARTS[part](form) }), {});
}
/** The lists that were emptied: a message can't say so, an empty list keeps what was there. */
export function emptied(form: RecordForm, before: RecordForm): PartKey[] {
  const lists = ['observers', 'agenda', 'motions', 'resolutions', 'attachments'] as const;
  return lists.filter((part) => form[part].length === 0 && before[part].length > 0);
}

/** What is counted of a roll: the rate leaves out those exempt for age or illness (B-44). */
export function countMarks(marks: readonly Mark[]) {
  const count = (is: (mark: Mark) => boolean) => marks.filter(is).length;
  const present = count((mark) => mark.presence === 'PRESENCE_PRESENT');
  const exempt = count((mark) => mark.presence === 'PRESENCE_ABSENT' && mark.reason === 'ABSENCE_REASON_CARE_EXEMPT');
  return {
    roll: marks.length,
    voting: count((mark) => mark.voting),
    present,
    presentVoting: count((mark) => mark.voting && mark.presence === 'PRESENCE_PRESENT'),
    absent: count((mark) => mark.presence === 'PRESENCE_ABSENT'),
    unmarked: count((mark) => mark.presence === 'PRESENCE_UNSPECIFIED'),
    exempt,
    asked: marks.length - exempt,
  };
}

/** The marks of `marks` on another roll; who is new to it is not marked yet. */
export function onRoll(roll: readonly Mark[], marks: readonly Mark[]): { marks: Mark[]; added: string[]; gone: string[] } {
  const known = new Map(marks.map((mark) => [mark.member, mark]));
  const expected = new Set(roll.map((mark) => mark.member));
  return {
    marks: roll.map((line) => {
      const mark = known.get(line.member);
      return mark === undefined ? { ...line }
        : { ...line, presence: mark.presence, reason: mark.reason, approvedBy: mark.approvedBy, arrivedAt: mark.arrivedAt };
    }),
    added: roll.filter((line) => !known.has(line.member)).map((line) => line.member),
    gone: marks.filter((mark) => !expected.has(mark.member)).map((mark) => mark.member),
  };
}
