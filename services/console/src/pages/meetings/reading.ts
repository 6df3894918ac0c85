// How are meetings read, and written to?
import { api, ask } from '@/api/client';
import { idOf } from '@/api/names';
import { isoDay, localTime } from '@/text/format';
import type { Page } from '@/ui/ask';
import type { Meeting, MeetingKind, MeetingState } from './kinds';

/** The day a meeting took place, or is planned for. */
export const dayOf = (meeting: Meeting): string => isoDay(meeting.eventDate) || localTime(meeting.plannedAt).slice(0, 10);

export const readMeeting = (id: string): Promise<Meeting> => ask(api.GET('/v1/meetings/{meeting}', { params: { path: { meeting: id } } }));

export interface Wanted {
  kinds?: MeetingKind[];
  states?: MeetingState[];
  from?: string;
  before?: string;
}

function date(prefix: 'startDate' | 'endDate', day: string | undefined): Record<string, number> {
  if (day === undefined) return {};
  const [year, month, dayOfMonth] = day.split('-').map(Number);
  return { [`${prefix}.year`]: year!, [`${prefix}.month`]: month!, [`${prefix}.day`]: dayOfMonth! };
}

/** A page of the meetings at and below an organization. */
export async function listMeetings(organization: string, { kinds, states, from, before }: Wanted, pageToken = '', pageSize = 30): Promise<Page<Meeting>> {
  const query = { kinds, states, pageSize, pageToken, ...date('startDate', from), ...date('endDate', before) };
  const page = await ask(api.GET('/v1/organizations/{organization}/meetings', { params: { path: { organization: idOf(organization) }, query } }));
  return { items: page.meetings ?? [], next: page.nextPageToken ?? '' };
}

/** A write's header: sent again, it is carried out once. */
export const once = (key: string) => ({ 'Idempotency-Key': key });
