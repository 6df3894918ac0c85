import { describe, expect, it } from 'vitest';
import type { Meeting } from './kinds';
import { blocksOf, formal } from './sheet';
import words from './text';

const t = (key: string, named: Record<string, unknown> = {}) =>
  Object.entries(named).reduce((text, [name, value]) => text.replace(`{${name}}`, String(value)), (words['zh-CN'] as Record<string, string>)[key] ?? key);
const meeting: Meeting = {
  kinds: ['MEETING_KIND_GENERAL'], title: '大会', plannedAt: '2026-11-10T01:00:00Z', openedAt: '2026-11-10T01:00:00Z', closedAt: '2026-11-10T02:00:00Z', place: '会议室',
  attendance: [{ member: 'members/1', presence: 'PRESENCE_PRESENT', voting: true }], motions: [{ text: '同意,通过', kind: 'MOTION_KIND_GENERAL', votesFor: 1, shouldVote: 1, present: 1, requiredPresent: 1, requiredFor: 1, result: 'MOTION_RESULT_PASSED' }],
};

describe('a printed record', () => {
  it('has full-width signs, but not in times and numbers', () => {
    expect(formal('时间:09:30,共 1,234 人(正式);')).toBe('时间\uff1a09:30\uff0c共 1,234 人\uff08正式\uff09\uff1b');
  });
  it('counts its chapters, leaving out what there is not', () => {
    expect(blocksOf(meeting, { t, nameOf: () => '张三' }).filter((one) => one.tag === 'h2').map((one) => one.text)).toEqual(['一、基本情况', '二、到会情况', '三、表决事项']);
  });
  it('prints what was recorded as it was typed', () => {
    const texts = blocksOf(meeting, { t, nameOf: () => '张三' }).map((one) => one.text);
    expect(texts).toContain('\uff08一\uff09同意,通过');
    expect(texts).toContain('到会人员\uff1a张三');
  });
});
