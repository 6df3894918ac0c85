import { describe, expect, it } from 'vitest';
import { meetingOf, nextSteps, rowDue, stagesOf, type AdmissionEvent, type AdmissionStep } from './stepLine';

const day = (text: string) => {
  const [year, month, dayOfMonth] = text.split('-').map(Number);
  return { year, month, day: dayOfMonth } as AdmissionStep['doneOn'];
};
const step = (number: number, stage: number, state: string, more: Partial<AdmissionStep> = {}): AdmissionStep => (
  { number, stage, title: `${number}`, state: `ADMISSION_STEP_STATE_${state}` as AdmissionStep['state'], ...more });
const vote = (held: string, motion: string): AdmissionEvent => ({ kind: 'ADMISSION_EVENT_KIND_PROPOSE_ACTIVIST', day: day(held), motion });

describe('the step line', () => {
  it('groups the steps by stage and counts what is done', () => {
    const stages = stagesOf([step(1, 1, 'DONE'), step(2, 1, 'CURRENT'), step(3, 2, 'LATER'), step(4, 2, 'SKIPPED')], []);
    expect(stages.map(({ stage, done, current, steps }) => [stage, done, current, steps.map((one) => one.standing)])).toEqual([
      [1, 1, true, ['done', 'current']], [2, 0, false, ['later', 'skipped']],
    ]);
  });

  it('finds the meeting whose vote a step rests on', () => {
    const done = step(3, 2, 'DONE', { doneOn: day('2026-03-08'), events: ['ADMISSION_EVENT_KIND_PROPOSE_ACTIVIST'] });
    expect(meetingOf(done, [vote('2026-03-01', 'meetings/6/motions/1'), vote('2026-03-08', 'meetings/7/motions/2')])).toBe('meetings/7');
    expect(meetingOf(done, [])).toBe('');
  });

  it('puts what is due first first', () => {
    const steps = [step(19, 5, 'CURRENT'), step(20, 5, 'CURRENT', { dueOn: day('2026-12-24') }), step(22, 5, 'CURRENT',
      { dueOn: day('2026-04-01') }), step(23, 5, 'LATER')];
    expect(nextSteps({ steps }, day('2026-03-08')!).map((one) => one.number)).toEqual([22, 20, 19]);
  });

  it('puts what comes too early last', () => {
    const steps = [step(5, 2, 'CURRENT'), step(7, 3, 'CURRENT', { dueOn: day('2026-04-01'), deadlineCode: 'DL-03' }), step(6, 2, 'CURRENT',
      { dueOn: day('2026-09-30') })];
    expect(nextSteps({ steps }, day('2026-03-08')!).map((one) => one.number)).toEqual([6, 5, 7]);
    expect(nextSteps({ steps }, day('2026-04-01')!).map((one) => one.number)).toEqual([7, 6, 5]);
  });

  it('tells from a row of the list what it waits for', () => {
    expect(rowDue({ state: 'ADMISSION_STATE_ACTIVIST', reviewDueOn: day('2026-06-30') })).toEqual({ on: day('2026-06-30'), code: 'DL-02' });
    expect(rowDue({ state: 'ADMISSION_STATE_CONVERSION_APPLIED', probationEndsOn: day('2026-06-30'),
      postponedTo: day('2026-09-30') })).toEqual({ on: day('2026-09-30'), code: 'DL-10' });
    expect(rowDue({ state: 'ADMISSION_STATE_TALKED' })).toBeUndefined();
  });
});
