// Which votes of recent meetings are about a case? Meetings are listed without their motions, so the latest ones are read
// one by one: no more than a handful, because a vote is recorded soon after it was held.
import { api, ask } from '@/api/client';
import { idOf } from '@/api/names';
import type { ApiDate, Message } from '@/api/types';

const MOST_MEETINGS = 12;

type Meeting = Message<'ronghe.meeting.v1.Meeting'>;
export interface FoundMotion {
  /** `meetings/{id}/motions/{number}`. */
  name: string;
  text: string;
  meeting: string;
  title: string;
  day: ApiDate | undefined;
  votesFor: number;
  votesAgainst: number;
  carried: boolean;
}

/** The kinds of meeting that vote on such motions. */
export function meetingKinds(motions: readonly string[]): ('MEETING_KIND_GENERAL' | 'MEETING_KIND_COMMITTEE')[] {
  const general = motions.some((kind) => kind !== 'MOTION_KIND_COMMITTEE' && kind !== 'MOTION_KIND_APPROVAL');
  const committee = motions.some((kind) => kind === 'MOTION_KIND_COMMITTEE' || kind === 'MOTION_KIND_APPROVAL');
  return [...(general ? ['MEETING_KIND_GENERAL' as const] : []), ...(committee ? ['MEETING_KIND_COMMITTEE' as const] : [])];
}

/** The motions of one meeting that are about the case and of the kinds asked for. */
export function motionsIn(meeting: Meeting, subject: string, kinds: readonly string[]): FoundMotion[] {
  return (meeting.motions ?? []).flatMap((motion, i) => (
    motion.subject === subject && kinds.includes(motion.kind ?? '')
      ? [{
        name: `${meeting.name}/motions/${i + 1}`, text: motion.text ?? '', meeting: meeting.name ?? '', title: meeting.title ?? '',
        day: meeting.eventDate, votesFor: motion.votesFor ?? 0, votesAgainst: motion.votesAgainst ?? 0,
        carried: motion.result === 'MOTION_RESULT_PASSED',
      }]
      : []));
}

/** The motions about `subject` that the organization itself voted on since a day, the latest first. */
export async function findMotions(organization: string, subject: string, kinds: readonly string[],
  since?: ApiDate): Promise<FoundMotion[]> {
  const page = await ask(api.GET('/v1/organizations/{organization}/meetings', {
    params: {
      path: { organization: idOf(organization) },
      query: {
        states: ['MEETING_STATE_SUBMITTED', 'MEETING_STATE_ACCEPTED'], kinds: meetingKinds(kinds), pageSize: MOST_MEETINGS,
        ...(since === undefined ? {} : { 'startDate.year': since.year, 'startDate.month': since.month, 'startDate.day': since.day }),
      },
    },
  }));
  const own = (page.meetings ?? []).filter((meeting) => meeting.organization === organization);
  const whole = await Promise.all(own.map((meeting) => (
    ask(api.GET('/v1/meetings/{meeting}', { params: { path: { meeting: idOf(meeting.name ?? '') } } })))));
  return whole.flatMap((meeting) => motionsIn(meeting, subject, kinds));
}
