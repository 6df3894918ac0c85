// What does the system know of a meeting before anything is typed? Its usual title, chair, recorder, place and time.
import { inChina, localTime } from '@/text/format';
import { committeeMeets, type Meeting, type MeetingKind } from './kinds';
import type { Mark } from './record';
import type { Person } from './people';

const QUARTERS = ['一', '二', '三', '四'];
const SHORT: Partial<Record<MeetingKind, string>> = {
  MEETING_KIND_GENERAL: '支部党员大会', MEETING_KIND_COMMITTEE: '支部委员会会议', MEETING_KIND_GROUP: '党小组会', MEETING_KIND_LECTURE: '党课',
  MEETING_KIND_THEME_DAY: '主题党日', MEETING_KIND_ORG_LIFE: '组织生活会', MEETING_KIND_APPRAISAL: '民主评议党员会议', MEETING_KIND_TALK: '谈心谈话',
  MEETING_KIND_DEMOCRATIC_LIFE: '民主生活会', MEETING_KIND_CENTRAL_GROUP: '理论学习中心组集体学习', MEETING_KIND_READING: '传达学习',
};
const QUARTERLY: MeetingKind[] = ['MEETING_KIND_GENERAL', 'MEETING_KIND_LECTURE', 'MEETING_KIND_CENTRAL_GROUP'];
const YEARLY: MeetingKind[] = ['MEETING_KIND_ORG_LIFE', 'MEETING_KIND_APPRAISAL', 'MEETING_KIND_DEMOCRATIC_LIFE'];

/** The title that a meeting of these kinds on this day ("2026-03-08") usually has; titles are part of a Chinese record. */
export function suggestTitle(kinds: readonly MeetingKind[], day: string): string {
  const [year, month] = day.split('-').map(Number);
  if (kinds.length === 0 || year === undefined || month === undefined) return '';
  const name = kinds.map((kind) => SHORT[kind] ?? '').filter(Boolean).join('暨');
  const first = kinds[0]!;
  if (YEARLY.includes(first)) return `${year}年度${name}`;
  if (QUARTERLY.includes(first)) return `${year}年第${QUARTERS[Math.floor((month - 1) / 3)]}季度${name}`;
  return `${year}年${month}月${name}`;
}

/** The last meeting that is like one of `kinds`, else the last one of the organization. */
export function lastLike(meetings: readonly Meeting[], organization: string, kinds: readonly MeetingKind[]): Meeting | undefined {
  const own = meetings.filter((one) => one.organization === organization);
  return own.find((one) => one.kinds.some((kind) => kinds.includes(kind))) ?? own[0];
}

/** The day that is offered: today where it lies in the window, else the window's nearest. `end` is the day after it. */
export function dayInWindow(today: string, start: string, lastDay: string): string {
  if (today < start) return start;
  return today > lastDay ? lastDay : today;
}

const HOUR_MS = 3600000;
const usual = { start: '09:00', length: HOUR_MS };

/** When a meeting on `day` begins and ends, as the last one did; one that is held has not ended in the future. */
export function suggestTimes(day: string, last: Meeting | undefined, now: Date, held: boolean): { openedAt: string; closedAt: string } {
  const start = last?.openedAt ? localTime(last.openedAt).slice(11) : usual.start;
  const length = last?.openedAt && last.closedAt ? Date.parse(last.closedAt) - Date.parse(last.openedAt) : usual.length;
  const opened = Date.parse(`${day}T${start}:00+08:00`);
  const closed = opened + length;
  if (!held || closed <= now.getTime()) return { openedAt: localTime(new Date(opened).toISOString()), closedAt: localTime(new Date(closed).toISOString()) };
  // It has just ended.
  const here = inChina(now);
  const midnight = now.getTime() - (here.hour * 60 + here.minute) * 60000;
  const begun = Math.max(midnight, now.getTime() - length);
  return { openedAt: localTime(new Date(begun).toISOString()), closedAt: localTime(now.toISOString()) };
}

/** Who will probably be on the roll; it is fixed by the service on the day of the meeting. */
export function expectedRoll(kinds: readonly MeetingKind[], people: readonly Person[]): Mark[] {
  if (kinds.length === 0 || kinds.every((kind) => kind === 'MEETING_KIND_TALK')) return [];
  const onlyCommittee = committeeMeets(kinds);
  return people.filter((one) => one.here && (!onlyCommittee || one.committee)).map((one) => ({
    member: one.name, presence: 'PRESENCE_UNSPECIFIED', reason: 'ABSENCE_REASON_UNSPECIFIED', approvedBy: '', arrivedAt: '', voting: one.voting,
    full: one.full, committee: one.committee,
  }));
}
