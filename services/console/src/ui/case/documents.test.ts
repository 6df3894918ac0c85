import { describe, expect, it } from 'vitest';
import { base64Of, endingOf, mediaTypeOf, partsOf } from './documents';

describe('documents', () => {
  it('know their media type by their name', () => {
    expect(mediaTypeOf('入党申请书.PDF')).toBe('application/pdf');
    expect(mediaTypeOf('a.b.docx')).toMatch(/wordprocessingml/);
    expect(mediaTypeOf('macro.xlsm')).toBeUndefined();
    expect(endingOf('application/pdf')).toBe('pdf');
  });

  it('are written in base64 whatever their length', () => {
    const bytes = new Uint8Array(100000).map((_zero, i) => i % 251);
    const read = atob(base64Of(bytes));
    expect(read.length).toBe(bytes.length);
    expect([0, 0x7fff, 0x8000, 99999].map((i) => read.charCodeAt(i))).toEqual([0, 0x7fff % 251, 0x8000 % 251, 99999 % 251]);
  });

  it('come in lines, of which one may be an error', () => {
    expect(partsOf('{"content":"AA=="}\n{"content":"AQ==","offset":"1"}\n')).toHaveLength(2);
    expect(() => partsOf('{"content":"AA=="}\n{"error":{"code":500,"message":"损坏"}}\n')).toThrow('损坏');
  });
});
