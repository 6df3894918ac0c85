import { describe, expect, it } from 'vitest';
import schema from '@/api/schema.d.ts?raw';
import { labelOf } from '@/ui/case/action';
import { readProtos, typeAt } from '@/ui/case/protos.testing';
import { actingOn, DRAFTS, fieldsFor, nextActions, STEPS, type Transfer } from './actions';
import words from './text';

const protos = readProtos(['transfer.proto', 'member.proto']);
const all = [...STEPS, ...Object.values(DRAFTS)];
const wordAt = (path: string) => path.split('.').reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part],
  words['zh-CN']);
const action = (rpc: string) => STEPS.find((one) => one.rpc === rpc)!;

describe('the table of the transfer steps', () => {
  it('has every method that drafts a transfer or moves one on', () => {
    const writes = [...protos.methods].filter(([rpc,
      method]) => method.path.startsWith('/v1/transfers') && !rpc.startsWith('Get')).map(([rpc]) => rpc);
    expect([...new Set(all.map((one) => one.rpc))].sort()).toEqual(writes.sort());
  });

  it.each(all.map((one) => [one.key, one] as const))('%s calls what the API offers, with its permission and its fields', (_key, one) => {
    const method = protos.methods.get(one.rpc)!;
    expect(one.path).toBe(method.path);
    expect(one.permission).toBe(method.permission);
    expect(schema).toContain(`"${one.path}": {`);
    for (const field of one.fields) {
      const type = typeAt(protos, method.request, field.path);
      expect(type, field.path).toBeDefined();
      if (field.kind === 'date') expect(type).toBe('google.type.Date');
      if (field.kind === 'choice'
        && field.titles === undefined) expect(protos.enums.get(type!)).toEqual(expect.arrayContaining([...field.codes!]));
      expect(wordAt(labelOf(field)), labelOf(field)).toBeTypeOf('string');
    }
    expect(wordAt(`action.${one.key}`), one.key).toBeTypeOf('string');
  });

  it('has words for every code, in both languages', () => {
    for (const name of ['TransferKind', 'TransferState', 'TransferReason', 'TransferReach', 'TransferReturnReason', 'TransferAction']) {
      for (const value of protos.enums.get(name)!.slice(1)) expect(wordAt(value), value).toBeTypeOf('string');
    }
    const keys = (part: object): string[] => Object.entries(part).flatMap(([key,
      value]) => (typeof value === 'string' ? [key] : keys(value).map((one) => `${key}.${one}`)));
    expect(keys(words.en)).toEqual(keys(words['zh-CN']));
  });
});

describe('what comes next', () => {
  const transfer: Transfer = {
    kind: 'TRANSFER_KIND_INSIDE', fromOrganization: 'organizations/1', toOrganization: 'organizations/2',
    nextSteps: [{ action: 'TRANSFER_ACTION_ACCEPT' }, { action: 'TRANSFER_ACTION_REDIRECT' }],
  };

  it('is what the case says, with the fields of its kind', () => {
    expect(nextActions(transfer).map((one) => [one.rpc, one.fields.map((field) => field.path)])).toEqual([
      ['AcceptTransfer', ['effectiveDate']], ['RedirectTransfer', ['toOrganization']],
    ]);
    expect(fieldsFor(action('RedirectTransfer'), 'TRANSFER_KIND_OUT').fields.map((field) => field.path)).toEqual(['outsideTitle',
      'outsideCode', 'reach']);
    expect(fieldsFor(action('CompleteTransfer'), 'TRANSFER_KIND_IN').fields.map((field) => field.path)).toEqual(['receiptNumber']);
  });

  it('is done by the side that it belongs to; outside this tree there is but one', () => {
    expect(actingOn(transfer, action('AcceptTransfer'))).toBe('organizations/2');
    expect(actingOn(transfer, action('ApproveTransferOut'))).toBe('organizations/1');
    expect(actingOn({ ...transfer, kind: 'TRANSFER_KIND_OUT' }, action('ReturnTransfer'))).toBe('organizations/1');
    expect(actingOn({ ...transfer, kind: 'TRANSFER_KIND_IN' }, action('WithdrawTransfer'))).toBe('organizations/2');
  });
});
