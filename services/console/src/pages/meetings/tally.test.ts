import { describe, expect, it } from 'vitest';
import type { Mark, MotionForm } from './record';
import { least, tally } from './tally';

const mark = (over: Partial<Mark> = {}): Mark => ({ member: 'members/1', presence: 'PRESENCE_PRESENT', reason: 'ABSENCE_REASON_UNSPECIFIED', approvedBy: '', arrivedAt: '', voting: true, full: true, committee: false, ...over });
const motion = (over: Partial<MotionForm> = {}): MotionForm => ({ text: '', kind: 'MOTION_KIND_GENERAL', subject: '', ballotMode: 'BALLOT_MODE_HANDS', votedAt: '', present: '', writtenFor: 0, votesFor: 0,
  votesAgainst: 0, votesAbstain: 0, votesInvalid: 0, ballotsIssued: 0, ballotsReturned: 0, ...over });
const away = (count: number) => Array.from({ length: count }, () => mark({ presence: 'PRESENCE_ABSENT' }));
const there = (count: number) => Array.from({ length: count }, () => mark());

describe('shares', () => {
  it('half is enough for 以上, not for 超过', () => {
    expect([least('half', 10), least('half', 11), least('over-half', 10), least('over-half', 11)]).toEqual([5, 6, 6, 6]);
  });
});

describe('a motion', () => {
  it('of a general meeting needs half present and more than half of all votes', () => {
    const marks = [...there(5), ...away(5)];
    expect(tally(motion({ votesFor: 5 }), marks)).toMatchObject({ roll: 10, present: 5, quorum: true, requiredFor: 6, carried: false });
    expect(tally(motion({ votesFor: 6 }), [...there(6), ...away(4)])).toMatchObject({ carried: true, decided: false });
  });
  it('of admission needs more than half present; written opinions are votes, not attendance', () => {
    const admission = motion({ kind: 'MOTION_KIND_ADMISSION', ballotMode: 'BALLOT_MODE_SECRET', votesFor: 5, writtenFor: 1, ballotsReturned: 5 });
    expect(tally(admission, [...there(5), ...away(5)])).toMatchObject({ quorum: false, carried: false });
    expect(tally(admission, [...there(6), ...away(4)])).toMatchObject({ quorum: true, inFavour: 6, carried: true, unequal: false });
  });
  it('of the committee counts its members alone', () => {
    const marks = [...there(6), mark({ committee: true }), mark({ committee: true }), mark({ committee: true, presence: 'PRESENCE_ABSENT' })];
    expect(tally(motion({ kind: 'MOTION_KIND_COMMITTEE', votesFor: 2 }), marks)).toMatchObject({ roll: 3, present: 2, carried: true });
  });
  it('leaves out who has no vote, and who came after it', () => {
    const marks = [...there(2), mark({ voting: false }), mark({ arrivedAt: '2026-11-30T10:00' })];
    expect(tally(motion({ votedAt: '2026-11-30T09:30', votesFor: 2 }), marks)).toMatchObject({ roll: 3, present: 2 });
    expect(tally(motion({ votedAt: '2026-11-30T10:00', votesFor: 3 }), marks)).toMatchObject({ present: 3, tooMany: false });
  });
  it('has no quorum of nobody, and no more votes than voters', () => {
    expect(tally(motion(), [])).toMatchObject({ roll: 0, quorum: false });
    expect(tally(motion({ votesFor: 3 }), there(2)).tooMany).toBe(true);
  });
  it('takes what the service required once it has said so for the same roll', () => {
    const saved = { text: '', kind: 'MOTION_KIND_GENERAL' as const, shouldVote: 3, requiredPresent: 2, requiredFor: 3 };
    expect(tally(motion({ votesFor: 2 }), there(3), saved)).toMatchObject({ decided: true, requiredFor: 3, carried: false });
    expect(tally(motion({ votesFor: 2 }), there(2), saved).decided).toBe(false);
  });
});
