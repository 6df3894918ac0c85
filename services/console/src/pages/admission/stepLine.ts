// How far has a case come on its 25 steps, what proves each, and what is next?
import type { ApiDate, Message } from '@/api/types';
import { isoDay, today } from '@/text/format';
import { isTooEarly } from '@/ui/case/due';
import type { AdmissionCase } from './states';

export type AdmissionStep = Message<'ronghe.membership.v1.AdmissionStep'>;
export type AdmissionEvent = Message<'ronghe.membership.v1.AdmissionEvent'>;
export type Standing = 'done' | 'current' | 'later' | 'skipped';

export interface StepView {
  step: AdmissionStep;
  standing: Standing;
  /** The meeting whose vote it rests on; empty where none. */
  meeting: string;
}
export interface StageView {
  stage: number;
  steps: StepView[];
  done: number;
  /** Whether one of its steps is to be done now. */
  current: boolean;
}

const STANDINGS: Record<string, Standing> = {
  ADMISSION_STEP_STATE_DONE: 'done', ADMISSION_STEP_STATE_CURRENT: 'current', ADMISSION_STEP_STATE_SKIPPED: 'skipped',
};

export function standingOf(step: AdmissionStep): Standing {
  return STANDINGS[step.state ?? ''] ?? 'later';
}

/** "meetings/7" of the latest vote that was recorded for a step on the day it was done. */
export function meetingOf(step: AdmissionStep, events: readonly AdmissionEvent[]): string {
  const mine = events.filter((event) => event.motion
    && (step.events ?? []).includes(event.kind!) && isoDay(event.day) === isoDay(step.doneOn));
  const motion = mine[mine.length - 1]?.motion ?? '';
  return motion.split('/').slice(0, 2).join('/');
}

/** The steps by stage. */
export function stagesOf(steps: readonly AdmissionStep[], events: readonly AdmissionEvent[]): StageView[] {
  const stages: StageView[] = [];
  for (const step of steps) {
    const number = step.stage ?? 0;
    let stage = stages.find((one) => one.stage === number);
    if (stage === undefined) {
      stage = { stage: number, steps: [], done: 0, current: false };
      stages.push(stage);
    }
    const standing = standingOf(step);
    stage.steps.push({ step, standing, meeting: meetingOf(step, events) });
    if (standing === 'done') ++stage.done;
    if (standing === 'current') stage.current = true;
  }
  return stages;
}

/** The steps to be done now: the most urgent first, then those without a day, at the end those that can't be done yet. */
export function nextSteps(admission: AdmissionCase, now: ApiDate = today()): AdmissionStep[] {
  const current = (admission.steps ?? []).filter((step) => standingOf(step) === 'current');
  const order = (step: AdmissionStep) => `${isTooEarly(step.dueOn, step.deadlineCode, now) ? 1 : 0}${isoDay(step.dueOn) || '9999'}`;
  return [...current].sort((a, b) => (order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : (a.number ?? 0) - (b.number ?? 0)));
}

/** A day that a case waits for, and the code of its deadline. */
export interface Due {
  on: ApiDate;
  code: string;
}

/** Of a row of the list: the day that its state waits for, as far as the row tells; undefined otherwise. */
export function rowDue(row: AdmissionCase): Due | undefined {
  const due = (on: ApiDate | undefined, code: string) => (on === undefined ? undefined : { on, code });
  switch (row.state) {
    case 'ADMISSION_STATE_ACTIVIST':
      return due(row.reviewDueOn, 'DL-02');
    case 'ADMISSION_STATE_NOTICE_OPEN':
      return due(row.noticeEndsOn, 'DL-04');
    case 'ADMISSION_STATE_PROBATIONARY':
    case 'ADMISSION_STATE_PROBATION_EXTENDED':
    case 'ADMISSION_STATE_CONVERSION_APPLIED':
      return due(row.postponedTo, 'DL-10') ?? due(row.probationEndsOn, 'DL-08');
    default:
      return undefined;
  }
}
