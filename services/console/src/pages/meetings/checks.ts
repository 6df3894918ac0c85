// What keeps a record from being submitted, and what would it be incomplete without? Told before it is sent; the service
// checks the same and has the last word.
import type { MeetingKind } from './kinds';
import { countMarks, type RecordForm } from './record';

export type MissingItem = 'RECORD_ITEM_AGENDA' | 'RECORD_ITEM_SPEAKERS' | 'RECORD_ITEM_SIGNED_BY_CHAIR' | 'RECORD_ITEM_SIGNED_BY_RECORDER' | 'RECORD_ITEM_ABSENCE_APPROVAL';
/** A word of text.ts and what is put into it. */
export interface Problem {
  key: string;
  count?: number;
}

export function problems(form: RecordForm): Problem[] {
  const found: Problem[] = [];
  const { unmarked } = countMarks(form.marks);
  const unexplained = form.marks.filter((mark) => mark.presence === 'PRESENCE_ABSENT' && mark.reason === 'ABSENCE_REASON_UNSPECIFIED').length;
  if (form.openedAt === '') found.push({ key: 'needOpened' });
  if (form.closedAt === '') found.push({ key: 'needClosed' });
  else if (form.openedAt !== '' && form.closedAt <= form.openedAt) found.push({ key: 'needOrder' });
  if (form.place.trim() === '' && form.mode !== 'MEETING_MODE_VIDEO') found.push({ key: 'needPlace' });
  if (form.chair === '') found.push({ key: 'needChair' });
  if (form.recorder === '') found.push({ key: 'needRecorder' });
  if (unmarked > 0) found.push({ key: 'needMarks', count: unmarked });
  if (unexplained > 0) found.push({ key: 'needReason', count: unexplained });
  if (form.agenda.some((item) => item.title.trim() === '')) found.push({ key: 'needAgendaTitle' });
  if (form.motions.some((motion) => motion.text.trim() === '')) found.push({ key: 'needMotionText' });
  if (form.resolutions.some((one) => one.text.trim() === '' || one.owner.trim() === '' || one.dueDate === '')) found.push({ key: 'needOwner' });
  if (form.observers.some((one) => one.name.trim() === '')) found.push({ key: 'needObserverName' });
  return found;
}

export function missingItems(form: RecordForm): MissingItem[] {
  const items: MissingItem[] = [];
  if (form.agenda.length === 0) items.push('RECORD_ITEM_AGENDA');
  if (!form.agenda.some((item) => Number(item.speakerCount) > 0)) items.push('RECORD_ITEM_SPEAKERS');
  if (!form.signedByChair) items.push('RECORD_ITEM_SIGNED_BY_CHAIR');
  if (!form.signedByRecorder) items.push('RECORD_ITEM_SIGNED_BY_RECORDER');
  const excused = form.marks.some((mark) => mark.presence === 'PRESENCE_ABSENT' && mark.approvedBy === '' &&
    !['ABSENCE_REASON_UNSPECIFIED', 'ABSENCE_REASON_UNEXCUSED', 'ABSENCE_REASON_CARE_EXEMPT'].includes(mark.reason));
  if (excused) items.push('RECORD_ITEM_ABSENCE_APPROVAL');
  return items;
}

/** What a plan needs. */
export function planProblems(form: { kinds: MeetingKind[]; title: string; plannedAt: string }): Problem[] {
  const found: Problem[] = [];
  if (form.kinds.length === 0) found.push({ key: 'needKind' });
  if (form.title.trim() === '') found.push({ key: 'needTitle' });
  if (form.plannedAt === '') found.push({ key: 'needPlanned' });
  return found;
}
