// What is different between two versions of a record? Each is told as rows of a label and a value; rows with the same
// label are set against each other.
import { time } from '@/text/format';
import { instant, onPaper, type AgendaForm, type Mark, type MotionForm, type RecordForm, type ResolutionForm } from './record';

export interface Row {
  label: string;
  value: string;
}
export interface Change {
  label: string;
  before: string;
  after: string;
}
/** How things are said: the page's words, and the names of members. */
export interface Say {
  t: (key: string, named?: Record<string, unknown>) => string;
  nameOf: (member: string) => string;
}

/** Pairs the items of two lists: first those with the same key, then what is left in its order. */
export function pair<Item>(before: readonly Item[], after: readonly Item[], keyOf: (item: Item) => string): [Item | null, Item | null][] {
  const left = before.map((item) => ({ item, used: false }));
  const found = after.map((item) => {
    const same = left.find((one) => !one.used && keyOf(one.item) === keyOf(item));
    if (same !== undefined) same.used = true;
    return { item, partner: same?.item ?? null };
  });
  const pairs = found.map(({ item, partner }): [Item | null, Item | null] => {
    if (partner !== null) return [partner, item];
    const next = left.find((one) => !one.used);
    if (next !== undefined) next.used = true;
    return [next?.item ?? null, item];
  });
  return [...pairs, ...left.filter((one) => !one.used).map((one): [Item | null, Item | null] => [one.item, null])];
}

export function markText(mark: Mark | null, { t, nameOf }: Say): string {
  if (mark === null) return '';
  const parts = [t(mark.presence)];
  if (mark.presence === 'PRESENCE_ABSENT') {
    parts.push(t(mark.reason));
    if (mark.approvedBy !== '') parts.push(t('approvedBy', { name: nameOf(mark.approvedBy) }));
  }
  if (mark.arrivedAt !== '') parts.push(t('arrivedAt', { time: time(instant(mark.arrivedAt)) }));
  return parts.join(' · ');
}
export function agendaText(item: AgendaForm | null, { t }: Say): string {
  return item === null ? '' : [item.title, t('speakers', { count: item.speakerCount }), item.summary].filter(Boolean).join('\n');
}
export function votesText(motion: MotionForm, { t }: Say): string {
  const counts = [t('votesFor'), motion.votesFor, t('votesAgainst'), motion.votesAgainst, t('votesAbstain'), motion.votesAbstain];
  if (motion.votesInvalid > 0) counts.push(t('votesInvalid'), motion.votesInvalid);
  if (motion.writtenFor > 0) counts.push(t('writtenFor'), motion.writtenFor);
  if (onPaper(motion.ballotMode)) counts.push(t('ballotsIssued'), motion.ballotsIssued, t('ballotsReturned'), motion.ballotsReturned);
  return `${t(motion.ballotMode)} · ${counts.join(' ')}`;
}
export function motionText(motion: MotionForm | null, say: Say): string {
  return motion === null ? '' : [motion.text, say.t(motion.kind), votesText(motion, say)].join('\n');
}
export function resolutionText(one: ResolutionForm | null, { t }: Say): string {
  return one === null ? '' : [one.text, `${t('owner')} ${one.owner}`, `${t('dueDate')} ${one.dueDate}`].join('\n');
}

type Part = Partial<RecordForm>;

function basicRows(form: Part, { t, nameOf }: Say): Row[] {
  const rows: Row[] = [];
  const add = (key: string, value: string | undefined) => {
    if (value !== undefined) rows.push({ label: t(key), value });
  };
  add('openedAt', form.openedAt === undefined ? undefined : time(instant(form.openedAt)));
  add('closedAt', form.closedAt === undefined ? undefined : time(instant(form.closedAt)));
  add('meetingNo', form.meetingNo);
  add('place', form.place);
  add('mode', form.mode === undefined ? undefined : t(form.mode));
  add('chair', form.chair === undefined ? undefined : nameOf(form.chair));
  add('recorder', form.recorder === undefined ? undefined : nameOf(form.recorder));
  add('signedByChair', form.signedByChair === undefined ? undefined : t(form.signedByChair ? 'yes' : 'no'));
  add('signedByRecorder', form.signedByRecorder === undefined ? undefined : t(form.signedByRecorder ? 'yes' : 'no'));
  return rows;
}

function listChanges<Item>(label: string, before: readonly Item[] | undefined, after: readonly Item[] | undefined,
  keyOf: (item: Item) => string, text: (item: Item | null) => string): Change[] {
  return pair(before ?? [], after ?? [], keyOf).map(([was, is], i) => ({ label: `${label} ${i + 1}`, before: text(was), after: text(is) }));
}

/** All that two records, or the same parts of them, say: also what is the same in both. */
export function compare(before: Part, after: Part, say: Say): Change[] {
  const { t, nameOf } = say;
  const old = basicRows(before, say);
  const basics = basicRows(after, say).map(({ label, value }): Change => ({ label, before: old.find((row) => row.label === label)?.value ?? '', after: value }));
  const people = pair(before.marks ?? [], after.marks ?? [], (mark) => mark.member)
    .map(([was, is]): Change => ({ label: `${t('attendance')} · ${nameOf((is ?? was)!.member)}`, before: markText(was, say), after: markText(is, say) }));
  return [
    ...basics, ...people,
    ...listChanges(t('observers'), before.observers, after.observers, (one) => one.name, (one) => (one === null ? '' : `${one.name} ${one.capacity}`.trim())),
    ...listChanges(t('agenda'), before.agenda, after.agenda, (one) => one.title, (one) => agendaText(one, say)),
    ...listChanges(t('motions'), before.motions, after.motions, (one) => one.text, (one) => motionText(one, say)),
    ...listChanges(t('resolutions'), before.resolutions, after.resolutions, (one) => one.text, (one) => resolutionText(one, say)),
    ...listChanges(t('attachments'), before.attachments, after.attachments, (one) => one.reference, (one) => (one === null ? '' : `${one.title} ${one.reference}`)),
  ];
}

/** What is different, and nothing else. */
export function differences(before: Part, after: Part, say: Say): Change[] {
  return compare(before, after, say).filter((one) => one.before !== one.after);
}

