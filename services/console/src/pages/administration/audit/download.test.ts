import { describe, expect, it } from 'vitest';
import { ApiError } from '@/api/error';
import { takeLines, type ExportFile } from './download';

describe('an export in lines', () => {
  it('is put together from pieces that end anywhere', () => {
    const file: ExportFile = { name: '', parts: [] };
    let rest = takeLines(`{"fileName":"审计.xlsx","content":"${btoa('ab')}"}\n{"cont`, file);
    expect(rest).toBe('{"cont');
    rest = takeLines(`${rest}ent":"${btoa('c')}"}\n`, file);
    expect(rest).toBe('');
    expect(file.name).toBe('审计.xlsx');
    expect(file.parts.map((part) => String.fromCharCode(...part)).join('')).toBe('abc');
  });
  it('fails when the other end says so underway', () => {
    const line = '{"error":{"code":503,"message":"忙","details":[]}}\n';
    expect(() => takeLines(line, { name: '', parts: [] })).toThrow(ApiError);
  });
});
