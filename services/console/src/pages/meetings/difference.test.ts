import { describe, expect, it } from 'vitest';
import { differences, pair } from './difference';
import { formOf } from './record';
import type { Meeting } from './kinds';

const names: Record<string, string> = { 'members/1': '张三', 'members/2': '李四' };
const say = { t: (key: string, named?: Record<string, unknown>) => (named ? `${key}(${Object.values(named).join()})` : key), nameOf: (member: string) => names[member] ?? '' };
const meeting = (over: Partial<Meeting> = {}): Meeting => ({
  kinds: ['MEETING_KIND_GENERAL'], title: '大会', plannedAt: '2026-11-10T01:00:00Z', openedAt: '2026-11-10T01:00:00Z', closedAt: '2026-11-10T02:00:00Z', place: '会议室', chair: 'members/1',
  attendance: [{ member: 'members/1', presence: 'PRESENCE_PRESENT', voting: true }, { member: 'members/2', presence: 'PRESENCE_PRESENT', voting: true }],
  agenda: [{ title: '甲', speakerCount: 2 }, { title: '乙', speakerCount: 1 }], ...over,
});

describe('pairs', () => {
  it('go by key first, then by order', () => {
    expect(pair(['a', 'b', 'c'], ['b', 'x'], (one) => one)).toEqual([['b', 'b'], ['a', 'x'], ['c', null]]);
    expect(pair([], ['x'], (one) => one)).toEqual([[null, 'x']]);
  });
});

describe('two versions', () => {
  it('are the same when nothing was changed', () => expect(differences(formOf(meeting()), formOf(meeting()), say)).toEqual([]));
  it('differ by person in attendance', () => {
    const after = meeting({ attendance: [{ member: 'members/1', presence: 'PRESENCE_PRESENT', voting: true },
      { member: 'members/2', presence: 'PRESENCE_ABSENT', reason: 'ABSENCE_REASON_SICK', approvedBy: 'members/1', voting: true }] });
    expect(differences(formOf(meeting()), formOf(after), say)).toEqual([
      { label: 'attendance · 李四', before: 'PRESENCE_PRESENT', after: 'PRESENCE_ABSENT · ABSENCE_REASON_SICK · approvedBy(张三)' }]);
  });
  it('differ field by field', () => {
    const changed = differences(formOf(meeting()), formOf(meeting({ place: '党员活动室', chair: 'members/2' })), say);
    expect(changed).toEqual([{ label: 'place', before: '会议室', after: '党员活动室' }, { label: 'chair', before: '张三', after: '李四' }]);
  });
  it('tell what was put in front without taking all that follows for changed', () => {
    const after = meeting({ agenda: [{ title: '新', speakerCount: 3 }, { title: '甲', speakerCount: 2 }, { title: '乙', speakerCount: 1 }] });
    expect(differences(formOf(meeting()), formOf(after), say)).toEqual([{ label: 'agenda 1', before: '', after: '新\nspeakers(3)' }]);
  });
});
