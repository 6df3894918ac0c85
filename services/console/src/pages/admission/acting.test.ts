import { describe, expect, it } from 'vitest';
import { actorsFor, usualActor } from './acting';
import { STEPS } from './actions';

const named = (id: number) => ({ name: `organizations/${id}`, title: `${id}` });
const line = [named(3), named(2), named(1)];
const action = (rpc: string) => STEPS.find((one) => one.rpc === rpc)!;
/** Somebody who holds everything on one organization and below it. */
const at = (id: number) => (_permission: string, on: string[]) => on.includes(`organizations/${id}`);

describe('who acts', () => {
  it('is the branch for what the branch records, whoever above it does', () => {
    expect(actorsFor(action('RecordTalk'), line, [], at(3))).toEqual([named(3)]);
    expect(actorsFor(action('RecordTalk'), line, [], at(1))).toEqual([named(3)]);
    expect(actorsFor(action('RecordTalk'), line, [], at(9))).toEqual([]);
  });

  it('is a committee above the branch for what a committee records', () => {
    expect(actorsFor(action('FileActivist'), line, [], at(3))).toEqual([]);
    expect(actorsFor(action('FileActivist'), line, [], at(2))).toEqual([named(2)]);
    expect(actorsFor(action('FileActivist'), line, [], at(1))).toEqual([named(2), named(1)]);
  });

  it('is the other branch for what arrives there', () => {
    expect(actorsFor(action('ReceiveApplicant'), line, [named(8), named(7)], at(7))).toEqual([named(8)]);
    expect(actorsFor(action('ReceiveApplicant'), line, [], at(1))).toEqual([]);
  });

  it('is whom the current step names, where that may act', () => {
    const steps = [{ state: 'ADMISSION_STEP_STATE_CURRENT' as const, organization: 'organizations/1',
      events: ['ADMISSION_EVENT_KIND_FILE_ADMISSION' as const] }];
    expect(usualActor(action('FileAdmission'), { steps }, [named(2), named(1)])).toBe('organizations/1');
    expect(usualActor(action('FileAdmission'), { steps: [] }, [named(2), named(1)])).toBe('organizations/2');
  });
});
