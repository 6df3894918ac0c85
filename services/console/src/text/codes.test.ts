import { describe, expect, it } from 'vitest';
import { degrees, educations, ethnicGroups, nameOf, optionsOf } from './codes';

describe('codes', () => {
  it('are named and offered in their order', () => {
    expect(nameOf(ethnicGroups, '07')).toBe('彝族');
    expect(nameOf(degrees, '408')).toBe('学士');
    expect(nameOf(educations, undefined)).toBe('');
    expect(nameOf(educations, '99')).toBe('99');
    expect(optionsOf(ethnicGroups).slice(0, 2)).toEqual([{ code: '01', title: '汉族' }, { code: '02', title: '蒙古族' }]);
    expect(optionsOf(ethnicGroups)).toHaveLength(58);
  });
});
