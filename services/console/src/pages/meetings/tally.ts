// Is a motion carried? While votes are typed the counts are set against what its rule asks. This is a forecast: the
// meeting service decides by the version of the rule that was in force, and says what it required.
import type { MotionKind, Motion } from './kinds';
import type { Mark, MotionForm } from './record';

/** More than half, or half and more. */
type Share = 'over-half' | 'half';
interface VoteRule {
  id: string;
  quorum: Share;
  /** Formal written opinions of absent voters are votes. */
  written: boolean;
  secret: boolean;
  /** What such a motion is about; each subject is voted on by itself. */
  subject: '' | 'admissionCases' | 'dispositionCases';
  committee: boolean;
}
const RULES: Partial<Record<MotionKind, VoteRule>> = {
  MOTION_KIND_GENERAL: { id: 'Q-GEN', quorum: 'half', written: false, secret: false, subject: '', committee: false },
  MOTION_KIND_COMMITTEE: { id: 'Q-COMM', quorum: 'half', written: false, secret: false, subject: '', committee: true },
  MOTION_KIND_ADMISSION: { id: 'Q-ADMIT', quorum: 'over-half', written: true, secret: true, subject: 'admissionCases', committee: false },
  MOTION_KIND_CONVERSION: { id: 'Q-CONV', quorum: 'over-half', written: true, secret: true, subject: 'admissionCases', committee: false },
  MOTION_KIND_DISPOSITION: { id: 'Q-DISP', quorum: 'half', written: false, secret: false, subject: 'dispositionCases', committee: false },
  MOTION_KIND_APPROVAL: { id: 'Q-APPR', quorum: 'over-half', written: false, secret: false, subject: 'admissionCases', committee: true },
};
const GENERAL = RULES.MOTION_KIND_GENERAL!;
export const voteRule = (kind: MotionKind): VoteRule => RULES[kind] ?? GENERAL;

/** The least whole number that is the share of `all`. */
export function least(share: Share, all: number): number {
  return share === 'half' ? Math.ceil(all / 2) : Math.floor(all / 2) + 1;
}

export interface Tally {
  rule: string;
  /** With the right to vote on it, and those of them who were there when it was voted on. */
  roll: number;
  present: number;
  votes: number;
  /** Votes for, written opinions included where they count. */
  inFavour: number;
  requiredPresent: number;
  requiredFor: number;
  quorum: boolean;
  carried: boolean;
  /** More votes than voters, or ballots that don't add up. */
  tooMany: boolean;
  unequal: boolean;
  /** The service said what is required, for these same figures. */
  decided: boolean;
}

/** What the votes of `motion` amount to on `marks`; `saved` is what the service made of the motion before. */
export function tally(motion: MotionForm, marks: readonly Mark[], saved?: Motion): Tally {
  const rule = voteRule(motion.kind);
  const voters = marks.filter((mark) => mark.voting && (!rule.committee || mark.committee));
  const there = voters.filter((mark) => mark.presence === 'PRESENCE_PRESENT' &&
    !(motion.votedAt !== '' && mark.arrivedAt !== '' && mark.arrivedAt > motion.votedAt));
  const roll = voters.length;
  const present = motion.present === '' ? there.length : motion.present;
  const votes = motion.votesFor + motion.votesAgainst + motion.votesAbstain + motion.votesInvalid;
  const inFavour = motion.votesFor + (rule.written ? motion.writtenFor : 0);
  const decided = saved !== undefined && saved.kind === motion.kind && saved.shouldVote === roll && saved.requiredFor !== undefined;
  const requiredPresent = decided ? saved.requiredPresent ?? 0 : least(rule.quorum, roll);
  const requiredFor = decided ? saved.requiredFor ?? 0 : least('over-half', roll);
  const quorum = roll > 0 && present >= requiredPresent;
  return {
    rule: rule.id, roll, present, votes, inFavour, requiredPresent, requiredFor, quorum, carried: quorum && inFavour >= requiredFor,
    tooMany: votes > present || present > there.length, unequal: motion.ballotMode === 'BALLOT_MODE_SECRET' && votes !== motion.ballotsReturned, decided,
  };
}
