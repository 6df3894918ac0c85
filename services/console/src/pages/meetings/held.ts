// How is a meeting that was held recorded in one go? It is planned if it is not yet, and its whole record submitted. Where
// the roll of its day is another one than today's, that roll is taken over and whoever is new on it has to be marked.
import { api, ask } from '@/api/client';
import { ApiError } from '@/api/error';
import { idOf } from '@/api/names';
import type { Meeting, MeetingKind } from './kinds';
import { once } from './reading';
import { instant, marksOf, onRoll, parts, recordMessage, type RecordForm } from './record';

export interface Planned {
  name: string;
  etag: string;
  opened: boolean;
}
export interface Held {
  kinds: MeetingKind[];
  title: string;
  titled: boolean;
  /** What became of the meeting so far, so that nothing is planned twice. */
  planned: Planned | null;
  record: RecordForm;
  /** What was offered; empty until it was. */
  base: string;
}
export interface RollChange {
  day: string;
  added: string[];
  gone: string[];
}

const path = (name: string) => ({ meeting: idOf(name) });

/** Answers the submitted meeting, or how its roll differs. */
export async function submitHeld(key: string, organization: string, form: Held): Promise<Meeting | RollChange> {
  if (form.planned === null) {
    const { place, mode, chair, recorder, meetingNo, openedAt } = form.record;
    const made = await ask(api.POST('/v1/organizations/{organization}/meetings', {
      params: { path: { organization: idOf(organization) }, header: once(`${key}-plan`) },
      body: { kinds: form.kinds, title: form.title, plannedAt: instant(openedAt)!, place, mode, chair, recorder, meetingNo },
    }));
    form.planned = { name: made.name ?? '', etag: made.etag ?? '', opened: false };
  }
  const { name, etag, opened } = form.planned;
  const record = recordMessage(form.record, opened ? parts.filter((part) => part !== 'openedAt') : parts);
  try {
    return await ask(api.POST('/v1/meetings/{meeting}:submit', { params: { path: path(name), header: once(`${key}-submit`) }, body: { name, etag, record } }));
  } catch (thrown) {
    if (opened || !(thrown instanceof ApiError) || !isAboutRoll(thrown)) throw thrown;
    const meeting = await ask(api.POST('/v1/meetings/{meeting}:open', {
      params: { path: path(name), header: once(`${key}-open`) }, body: { name, etag, openedAt: instant(form.record.openedAt) },
    }));
    const taken = onRoll(marksOf(meeting), form.record.marks);
    form.planned = { name, etag: meeting.etag ?? '', opened: true };
    form.record.marks = taken.marks;
    return { day: form.record.openedAt.slice(0, 10), added: taken.added, gone: taken.gone };
  }
}

/** Somebody marked is not on the roll of that day, or somebody on it is not marked. */
function isAboutRoll(error: ApiError): boolean {
  return error.reason === 'B_NOT_ON_ROLL' || error.violations.some((one) => one.field === 'record.attendance');
}
