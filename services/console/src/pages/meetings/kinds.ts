// Which kinds, states and reasons are there, and in which order are they offered? Titles are in text.ts, key = value.
import type { Message } from '@/api/types';

export type Meeting = Message<'ronghe.meeting.v1.Meeting'>;
export type MeetingRecord = Message<'ronghe.meeting.v1.MeetingRecord'>;
export type Attendance = Message<'ronghe.meeting.v1.Attendance'>;
export type MeetingKind = Meeting['kinds'][number];
export type MeetingState = NonNullable<Meeting['state']>;
export type MeetingMode = NonNullable<Meeting['mode']>;
export type Presence = NonNullable<Attendance['presence']>;
export type AbsenceReason = NonNullable<Attendance['reason']>;
export type Motion = Message<'ronghe.meeting.v1.Motion'>;
export type MotionKind = NonNullable<Motion['kind']>;
export type BallotMode = NonNullable<Motion['ballotMode']>;

/** A meeting of delegates is planned with its election, not here. */
export const kinds: MeetingKind[] = [
  'MEETING_KIND_GENERAL', 'MEETING_KIND_COMMITTEE', 'MEETING_KIND_GROUP', 'MEETING_KIND_LECTURE', 'MEETING_KIND_THEME_DAY',
  'MEETING_KIND_ORG_LIFE', 'MEETING_KIND_APPRAISAL', 'MEETING_KIND_TALK', 'MEETING_KIND_DEMOCRATIC_LIFE',
  'MEETING_KIND_CENTRAL_GROUP', 'MEETING_KIND_READING',
];
export const states: MeetingState[] = [
  'MEETING_STATE_PLANNED', 'MEETING_STATE_OPEN', 'MEETING_STATE_CLOSED', 'MEETING_STATE_SUBMITTED', 'MEETING_STATE_ACCEPTED',
  'MEETING_STATE_RETURNED',
];
export const modes: MeetingMode[] = ['MEETING_MODE_ONSITE', 'MEETING_MODE_VIDEO', 'MEETING_MODE_MIXED'];
export const reasons: AbsenceReason[] = [
  'ABSENCE_REASON_OFFICIAL_BUSINESS', 'ABSENCE_REASON_SICK', 'ABSENCE_REASON_PERSONAL', 'ABSENCE_REASON_ABROAD',
  'ABSENCE_REASON_FLOATING', 'ABSENCE_REASON_CARE_EXEMPT', 'ABSENCE_REASON_TRAINING', 'ABSENCE_REASON_ON_DUTY',
  'ABSENCE_REASON_UNEXCUSED',
];
export const motionKinds: MotionKind[] = [
  'MOTION_KIND_GENERAL', 'MOTION_KIND_COMMITTEE', 'MOTION_KIND_ADMISSION', 'MOTION_KIND_CONVERSION', 'MOTION_KIND_DISPOSITION',
  'MOTION_KIND_APPROVAL',
];
export const ballotModes: BallotMode[] = ['BALLOT_MODE_HANDS', 'BALLOT_MODE_VOICE', 'BALLOT_MODE_OPEN', 'BALLOT_MODE_SECRET'];

/** Whether the roll of such a meeting holds the committee alone. */
export function committeeMeets(held: readonly MeetingKind[]): boolean {
  const small: MeetingKind[] = ['MEETING_KIND_COMMITTEE', 'MEETING_KIND_DEMOCRATIC_LIFE', 'MEETING_KIND_CENTRAL_GROUP', 'MEETING_KIND_TALK'];
  return held.length > 0 && held.every((kind) => small.includes(kind));
}

/** The kind a motion of such a meeting most likely has. */
export function likelyMotion(held: readonly MeetingKind[]): MotionKind {
  return committeeMeets(held) ? 'MOTION_KIND_COMMITTEE' : 'MOTION_KIND_GENERAL';
}
