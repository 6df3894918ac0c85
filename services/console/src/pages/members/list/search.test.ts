import { describe, expect, it } from 'vitest';
import { soughtBy } from './search';

describe('a search', () => {
  it('is for a whole number or for the beginning of a name', () => {
    expect(soughtBy(' 530399 19720101 019x ')).toEqual({ identityNumber: '53039919720101019X' });
    expect(soughtBy('王小')).toEqual({ fullName: '王小' });
    expect(soughtBy('王')).toBeNull();
    expect(soughtBy('5303991972')).toBeNull();
    expect(soughtBy('')).toBeNull();
  });
});
