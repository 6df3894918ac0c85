import { describe, expect, it } from 'vitest';
import words from '../rosterText';
import { percentOf, remedyOf, stepOf, working } from './imports';

describe('an import', () => {
  it('stands at a step and works or waits', () => {
    expect(stepOf({ state: 'ROSTER_IMPORT_STATE_UPLOADING' })).toBe('upload');
    expect(stepOf({ state: 'ROSTER_IMPORT_STATE_CHECKED' })).toBe('write');
    expect(stepOf({ state: 'ROSTER_IMPORT_STATE_PARTIAL' })).toBe('done');
    expect(stepOf({ state: 'ROSTER_IMPORT_STATE_FAILED', failureReason: 'ROSTER_HEADER_MISSING' })).toBe('check');
    expect(stepOf({ state: 'ROSTER_IMPORT_STATE_FAILED' })).toBe('write');
    expect(working({ state: 'ROSTER_IMPORT_STATE_RUNNING' })).toBe(true);
    expect(working({ state: 'ROSTER_IMPORT_STATE_CHECKED' })).toBe(false);
    expect(percentOf({})).toBeNull();
    expect(percentOf({ rowCount: 3, processedCount: 2 })).toBe(66);
  });
  it('has a remedy for every reason', () => {
    const remedies = words['zh-CN'].remedies as Record<string, string>;
    for (const reason of ['ROSTER_HAS_FORMULA', 'ROSTER_ENCODING_UNKNOWN', 'ROSTER_HEADER_MISSING', 'SOMETHING', undefined]) {
      expect(remedies[remedyOf(reason).slice('remedies.'.length)]).toBeTruthy();
    }
    expect(remedyOf('ROSTER_HAS_FORMULA')).toBe('remedies.formula');
    expect(remedyOf('ELSE')).toBe('remedies.other');
  });
});
