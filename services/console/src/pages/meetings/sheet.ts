// What stands on the printed record, block by block? What was recorded is printed as it was typed; the words around it have
// the full-width signs of a Chinese document.
import { apiDate, day, percent, time } from '@/text/format';
import { votesText, type Say } from './difference';
import type { Meeting } from './kinds';
import { countMarks, formOf } from './record';

export interface Block {
  tag: 'h2' | 'h3' | 'p';
  text: string;
}

const NUMERALS = ['一', '二', '三', '四', '五', '六', '七', '八', '九', '十'];
const SIGNS: Record<string, string> = { ':': '\uff1a', ',': '\uff0c', ';': '\uff1b', '(': '\uff08', ')': '\uff09' };

/** A text of the console with full-width signs; times and numbers keep theirs. */
export function formal(text: string): string {
  return text.replace(/(?<!\d)[:,]|[:,](?!\d)|[;()]/g, (sign) => SIGNS[sign] ?? sign);
}
const numeral = (i: number) => NUMERALS[i] ?? String(i + 1);

export function blocksOf(meeting: Meeting, say: Say): Block[] {
  const { t, nameOf } = say;
  const form = formOf(meeting);
  const counts = countMarks(form.marks);
  const blocks: Block[] = [];
  let chapters = 0;
  const chapter = (key: string) => blocks.push({ tag: 'h2', text: `${numeral(chapters++)}、${t(key)}` });
  const item = (i: number, text: string) => blocks.push({ tag: 'h3', text: `${formal(`(${numeral(i)})`)}${text}` });
  const line = (text: string) => blocks.push({ tag: 'p', text });
  const fact = (key: string, text: string) => line(`${t(key)}${formal(':')}${text}`);
  const aside = (text: string) => formal(`(${text})`);

  chapter('basics');
  fact('title', meeting.title);
  fact('time', [time(meeting.openedAt), time(meeting.closedAt)].filter(Boolean).join('至'));
  fact('place', `${meeting.place ?? ''}${aside(t(form.mode))}`);
  fact('chair', nameOf(form.chair));
  fact('recorder', nameOf(form.recorder));

  if (counts.roll > 0 || form.observers.length > 0) chapter('attendance');
  if (counts.roll > 0) {
    line(formal(t('printed', { ...counts, rate: percent(counts.present, counts.asked) }) + t('votingLine', { roll: counts.voting, present: counts.presentVoting })));
    const came = form.marks.filter((mark) => mark.presence === 'PRESENCE_PRESENT').map((mark) => nameOf(mark.member));
    const missed = form.marks.filter((mark) => mark.presence === 'PRESENCE_ABSENT').map((mark) => `${nameOf(mark.member)}${aside(t(mark.reason))}`);
    fact('namesPresent', came.join('、') || t('nobody'));
    fact('namesAbsent', missed.join('、') || t('nobody'));
  }
  if (form.observers.length > 0) fact('observers', form.observers.map((one) => (one.capacity ? `${one.name}${aside(one.capacity)}` : one.name)).join('、'));

  if (form.agenda.length > 0) chapter('agenda');
  form.agenda.forEach((one, i) => {
    item(i, one.title);
    line(one.summary === '' ? t('speakers', { count: one.speakerCount }) : `${one.summary}${aside(t('speakers', { count: one.speakerCount }))}`);
  });
  if (form.motions.length > 0) chapter('motions');
  form.motions.forEach((motion, i) => {
    const { shouldVote = 0, present = 0, requiredPresent = 0, requiredFor = 0, result = 'MOTION_RESULT_UNSPECIFIED' } = meeting.motions?.[i] ?? {};
    item(i, motion.text);
    line(formal(`${votesText(motion, say)}。${t('votingLine', { roll: shouldVote, present })}${t('requiredLine', { present: requiredPresent, votes: requiredFor })}。${t('result')}:${t(result)}。`));
  });
  if (form.resolutions.length > 0) chapter('resolutions');
  form.resolutions.forEach((one, i) => line(`${i + 1}. ${one.text}${formal('(')}${t('owner')}${formal(':')}${one.owner}${formal(';')}${t('dueDate')}${formal(':')}${day(apiDate(one.dueDate))}${formal(')')}`));
  if (form.attachments.length > 0) chapter('attachments');
  form.attachments.forEach((one, i) => line(`${i + 1}. ${one.title}`));
  return blocks;
}
