// Which states does an admission case go through, in which of the five stages, and what comes next in each?
import type { Message } from '@/api/types';

export type AdmissionCase = Message<'ronghe.membership.v1.AdmissionCase'>;
export type AdmissionState = NonNullable<AdmissionCase['state']>;

const name = (short: string) => `ADMISSION_STATE_${short}` as AdmissionState;

/** The states by stage, in their order; 6: ended without a member. */
export const STAGES: { stage: number; states: AdmissionState[] }[] = [
  { stage: 1, states: ['APPLIED', 'TALKED'].map(name) },
  { stage: 2, states: ['ACTIVIST_DECIDED', 'ACTIVIST'].map(name) },
  { stage: 3, states: ['CANDIDATE_PROPOSED', 'CANDIDATE_CONSENTED', 'NOTICE_OPEN', 'CANDIDATE'].map(name) },
  { stage: 4, states: ['BRANCH_REVIEWED', 'RETURNED', 'PRE_REVIEWED', 'BRANCH_PASSED', 'TALKED_BY_UPPER'].map(name) },
  { stage: 5, states: ['PROBATIONARY', 'CONVERSION_APPLIED', 'CONVERSION_PASSED', 'PROBATION_EXTENDED', 'FULL', 'ARCHIVED'].map(name) },
  { stage: 6, states: ['REJECTED', 'NOT_PASSED', 'NOT_APPROVED', 'DISQUALIFIED', 'NOT_RECOGNISED', 'CLOSED'].map(name) },
];

const all = STAGES.flatMap((one) => one.states);
const of = (stages: number[]) => STAGES.filter((one) => stages.includes(one.stage)).flatMap((one) => one.states);

/** Nobody was admitted yet, and the case goes on. */
export const BEFORE_APPROVAL = of([1, 2, 3, 4]);
/** A probationary member. */
export const PROBATION = ['PROBATIONARY', 'CONVERSION_APPLIED', 'CONVERSION_PASSED', 'PROBATION_EXTENDED'].map(name);
/** Everything that did not end otherwise. */
export const NOT_ENDED = [...BEFORE_APPROVAL, ...of([5])];

export function stateNamed(short: string): AdmissionState | undefined {
  return all.find((state) => state === name(short));
}

export function shortOf(state: AdmissionState): string {
  return state.slice('ADMISSION_STATE_'.length);
}
