import { describe, expect, it } from 'vitest';
import { decisionsOf, factsOf } from './eventFacts';

const day = { year: 2026, month: 3, day: 8 } as never;

describe('the facts of an event', () => {
  it('are those that its line does not show', () => {
    expect(factsOf({ day, organization: 'organizations/2', talk: { day, talker: 'members/7' } })).toEqual([{ label: 'talker',
      kind: 'member', value: 'members/7' }]);
    expect(factsOf({ day, vote: { roll: 4 }, activistProposal: { motion: 'meetings/1/motions/1',
      channel: 'ACTIVIST_CHANNEL_MEMBERS' } })).toEqual([
      { label: 'channel', kind: 'code', value: 'ACTIVIST_CHANNEL_MEMBERS' },
    ]);
    expect(factsOf({ organization: 'organizations/2', committeeFiling: { organization: 'organizations/2', day } })).toEqual([]);
    expect(factsOf({})).toEqual([]);
  });

  it('may be lists and parts of parts', () => {
    expect(factsOf({ noticeStart: { day, sites: [{ kind: 'NOTICE_SITE_KIND_UNIT',
      place: '村务公开栏' }] } }).map((one) => one.value)).toEqual(['NOTICE_SITE_KIND_UNIT', '村务公开栏']);
    expect(factsOf({ candidateTraining: { day, days: 3, waiver: { organization: 'organizations/9',
      reason: 'SPECIAL_REASON_OTHER' } } })).toEqual([
      { label: 'days', kind: 'text', value: '3' }, { label: 'organization', kind: 'organization', value: 'organizations/9' },
      { label: 'reason', kind: 'code', value: 'SPECIAL_REASON_OTHER' },
    ]);
  });
});

describe('the decisions of an event', () => {
  it('are those of its method and its time', () => {
    const decisions = [{ event: 'RecordTalk', time: 'a' }, { event: 'RecordTalk', time: 'b' }, { event: 'FileActivist', time: 'a' }];
    expect(decisionsOf({ kind: 'ADMISSION_EVENT_KIND_RECORD_TALK', time: 'a' }, decisions)).toEqual([decisions[0]]);
  });
});
