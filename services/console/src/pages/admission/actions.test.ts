import { describe, expect, it } from 'vitest';
import schema from '@/api/schema.d.ts?raw';
import { labelOf } from '@/ui/case/action';
import { readProtos, typeAt } from '@/ui/case/protos.testing';
import { offered, OPENINGS, STEPS } from './actions';
import { STAGES, type AdmissionCase } from './states';
import words from './text';

const protos = readProtos(['admission.proto', 'admission_request.proto', 'admission_case.proto', 'admission_fact.proto']);
const all = [...STEPS, ...OPENINGS];
const READS = ['GetAdmissionCase', 'ListAdmissionCases', 'ListAdmissionEvents'];

const wordAt = (path: string, from: unknown = words['zh-CN']) => path.split('.').reduce<unknown>((at, part) => (at as Record<string,
  unknown> | undefined)?.[part], from);

describe('the table of the actions', () => {
  it('has every method that moves a case on, and no other', () => {
    expect(all.map((one) => one.rpc).sort()).toEqual([...protos.methods.keys()].filter((one) => !READS.includes(one)).sort());
  });

  it.each(all.map((one) => [one.rpc, one] as const))('%s calls what the API offers, with its permission', (rpc, action) => {
    const method = protos.methods.get(rpc)!;
    expect(action.path).toBe(method.path);
    expect(action.permission).toBe(method.permission);
    expect(schema).toContain(`"${action.path}": {`);
  });

  it.each(all.map((one) => [one.rpc, one] as const))('%s asks for fields of its request', (rpc, action) => {
    for (const field of action.fields) {
      const type = typeAt(protos, protos.methods.get(rpc)!.request, field.path);
      expect(type, field.path).toBeDefined();
      if (field.kind === 'choice' && field.titles === undefined) {
        const values = protos.enums.get(type!)!;
        expect([...field.codes!], field.path).toEqual(values.filter((one) => field.codes!.includes(one)));
      }
      if (field.kind === 'date') expect(type).toBe('google.type.Date');
      if (field.kind === 'boolean') expect(type).toBe('bool');
      if (field.kind === 'number') expect(type).toBe('int32');
      expect(wordAt(labelOf(field)), labelOf(field)).toBeTypeOf('string');
    }
    expect(wordAt(`action.${action.key}`)).toBeTypeOf('string');
  });

  it('names events and states that there are, and has words for them', () => {
    const events = protos.enums.get('AdmissionEventKind')!;
    const states = protos.enums.get('AdmissionState')!;
    for (const action of STEPS) {
      expect(events).toContain(action.event);
      for (const state of action.states) expect(states).toContain(state);
    }
    expect(STAGES.flatMap((one) => one.states).sort()).toEqual(states.slice(1).sort());
    for (const name of ['AdmissionState', 'AdmissionEventKind', 'AdmissionActor', 'AdmissionKind', 'ActivistChannel', 'SpecialReason',
      'ApplicantUnit']) {
      for (const value of protos.enums.get(name)!.slice(1)) expect(wordAt(value), value).toBeTypeOf('string');
    }
  });

  it('has the same words in both languages', () => {
    const keys = (part: object): string[] => Object.entries(part).flatMap(([key,
      value]) => (typeof value === 'string' ? [key] : keys(value).map((one) => `${key}.${one}`)));
    expect(keys(words.en)).toEqual(keys(words['zh-CN']));
  });
});

describe('what is offered', () => {
  const at = (state: string, events: string[], more: Partial<AdmissionCase> = {}): AdmissionCase => ({
    state: `ADMISSION_STATE_${state}` as AdmissionCase['state'],
    steps: [{ state: 'ADMISSION_STEP_STATE_CURRENT', events: events.map((one) => `ADMISSION_EVENT_KIND_${one}`) as never }], ...more,
  });

  it('is what the current steps wait for; the rest stands beside', () => {
    const { due, beside } = offered(at('APPLIED', ['RECORD_TALK']));
    expect(due.map((one) => one.rpc)).toEqual(['RecordTalk']);
    expect(beside.map((one) => one.rpc)).toEqual(['RefuseRecognition', 'EndAdmissionCase']);
  });

  it('leaves out what the state does not allow, though a step names it', () => {
    const { due } = offered(at('ACTIVIST', ['PROPOSE_CANDIDATE', 'START_NOTICE', 'CLOSE_NOTICE']));
    expect(due.map((one) => one.rpc)).toEqual(['ProposeCandidate']);
  });

  it('asks the receiving branch only while materials are on their way', () => {
    const events = ['REVIEW_ACTIVIST', 'RELOCATE_APPLICANT', 'RECEIVE_APPLICANT'];
    expect(offered(at('ACTIVIST', events)).due.map((one) => one.rpc)).toEqual(['ReviewActivist']);
    expect(offered(at('ACTIVIST', events, { relocatingTo: 'organizations/2' })).due.map((one) => one.rpc)).toEqual(['ReviewActivist',
      'ReceiveApplicant']);
  });

  it('is nothing once a case has ended', () => {
    expect(offered(at('CLOSED', []))).toEqual({ due: [], beside: [] });
  });
});
