import { describe, expect, it } from 'vitest';
import { missingItems, planProblems, problems } from './checks';
import type { Meeting } from './kinds';
import { expectedRoll, suggestTimes, suggestTitle } from './prefill';
import { changedParts, countMarks, emptied, formOf, marksOf, onRoll, recordMessage } from './record';

const meeting: Meeting = {
  kinds: ['MEETING_KIND_GENERAL'], title: '大会', plannedAt: '2026-11-10T01:00:00Z', openedAt: '2026-11-10T01:00:00Z', closedAt: '2026-11-10T02:00:00Z', place: '会议室', chair: 'members/1', recorder: 'members/2',
  attendance: [{ member: 'members/1', presence: 'PRESENCE_PRESENT', voting: true }, { member: 'members/2', presence: 'PRESENCE_ABSENT', reason: 'ABSENCE_REASON_CARE_EXEMPT', voting: true }, { member: 'members/3' }],
  agenda: [{ title: '甲', speakerCount: 2 }],
};

describe('a record', () => {
  it('comes back from the API as it went', () => {
    expect(recordMessage(formOf(meeting), ['openedAt', 'marks', 'agenda'])).toEqual({
      openedAt: '2026-11-10T01:00:00.000Z',
      attendance: [{ member: 'members/1', presence: 'PRESENCE_PRESENT', arrivedAt: undefined }, { member: 'members/2', presence: 'PRESENCE_ABSENT', reason: 'ABSENCE_REASON_CARE_EXEMPT', approvedBy: '' }],
      agenda: [{ title: '甲', speakerCount: 2, code: '', summary: '', preCommitteeMeeting: '' }],
    });
  });
  it('tells which parts were changed, and which lists were emptied', () => {
    const form = formOf(meeting);
    form.place = '活动室';
    form.agenda = [];
    expect(changedParts(form, formOf(meeting))).toEqual(['place', 'agenda']);
    expect(emptied(form, formOf(meeting))).toEqual(['agenda']);
  });
  it('counts the rate without those exempt', () => {
    expect(countMarks(marksOf(meeting))).toEqual({ roll: 3, voting: 2, present: 1, presentVoting: 1, absent: 1, unmarked: 1, exempt: 1, asked: 2 });
  });
  it('takes its marks to another roll', () => {
    const taken = onRoll(marksOf({ ...meeting, attendance: [{ member: 'members/1' }, { member: 'members/9' }] }), marksOf(meeting));
    expect(taken).toMatchObject({ added: ['members/9'], gone: ['members/2', 'members/3'] });
    expect(taken.marks.map((mark) => mark.presence)).toEqual(['PRESENCE_PRESENT', 'PRESENCE_UNSPECIFIED']);
  });
  it('says what must be filled in, and what is missing', () => {
    expect(problems(formOf(meeting))).toEqual([{ key: 'needMarks', count: 1 }]);
    expect(missingItems(formOf(meeting))).toEqual(['RECORD_ITEM_SIGNED_BY_CHAIR', 'RECORD_ITEM_SIGNED_BY_RECORDER']);
    expect(planProblems({ kinds: [], title: ' ', plannedAt: '' }).map((one) => one.key)).toEqual(['needKind', 'needTitle', 'needPlanned']);
  });
});

describe('what is offered', () => {
  it('is the usual title', () => {
    expect(suggestTitle(['MEETING_KIND_THEME_DAY'], '2026-11-30')).toBe('2026年11月主题党日');
    expect(suggestTitle(['MEETING_KIND_GENERAL', 'MEETING_KIND_LECTURE'], '2026-11-30')).toBe('2026年第四季度支部党员大会暨党课');
    expect(suggestTitle(['MEETING_KIND_ORG_LIFE'], '2026-11-30')).toBe('2026年度组织生活会');
    expect(suggestTitle([], '2026-11-30')).toBe('');
  });
  it('are the times of the last meeting, never in the future for one that was held', () => {
    expect(suggestTimes('2026-11-20', meeting, new Date('2026-11-30T08:00:00Z'), true)).toEqual({ openedAt: '2026-11-20T09:00', closedAt: '2026-11-20T10:00' });
    expect(suggestTimes('2026-11-30', meeting, new Date('2026-11-30T01:30:00Z'), true)).toEqual({ openedAt: '2026-11-30T08:30', closedAt: '2026-11-30T09:30' });
    expect(suggestTimes('2026-11-30', meeting, new Date('2026-11-29T16:10:00Z'), true)).toEqual({ openedAt: '2026-11-30T00:00', closedAt: '2026-11-30T00:10' });
  });
  it('is the roll: the committee alone for its own meetings', () => {
    const people = [{ name: 'members/1', title: '', voting: true, full: true, committee: true, secretary: true, here: true }, { name: 'members/2', title: '', voting: false, full: false, committee: false, secretary: false, here: true }];
    expect(expectedRoll(['MEETING_KIND_COMMITTEE'], people).map((mark) => mark.member)).toEqual(['members/1']);
    expect(expectedRoll(['MEETING_KIND_COMMITTEE', 'MEETING_KIND_THEME_DAY'], people)).toHaveLength(2);
    expect(expectedRoll(['MEETING_KIND_TALK'], people)).toEqual([]);
  });
});
