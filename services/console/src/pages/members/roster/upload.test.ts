import { describe, expect, it } from 'vitest';
import { digestOf, piecesOf, PIECE, refusalOf } from './upload';

describe('a roster file', () => {
  it('is refused before it is sent when it can be none', () => {
    expect(refusalOf({ name: '名册.XLSX', size: 10 })).toBe('');
    expect(refusalOf({ name: '名册.csv', size: 10 })).toBe('');
    expect(refusalOf({ name: '名册.xls', size: 10 })).toBe('format');
    expect(refusalOf({ name: '名册.csv', size: 0 })).toBe('empty');
    expect(refusalOf({ name: '名册.csv', size: 33554433 })).toBe('large');
  });
  it('goes in pieces from where it stopped', () => {
    expect(piecesOf(10, 0, 4)).toEqual([[0, 4], [4, 8], [8, 10]]);
    expect(piecesOf(10, 8, 4)).toEqual([[8, 10]]);
    expect(piecesOf(10, 10, 4)).toEqual([]);
    expect(Math.ceil(PIECE / 3) * 4).toBeLessThan(1900000);
  });
  it('has a digest', async () => {
    expect(await digestOf(new Blob(['abc']))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});
