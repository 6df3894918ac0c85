import { describe, expect, it } from 'vitest';
import service from '../../../membership/domain/codes.cc?raw';
import { degrees, educations, ethnicGroups, nameOf, optionsOf } from './codes';

// A list of the service of members, which judges what is sent to it.
function listOf(name: string): Record<string, string> {
  const from = service.indexOf(`${name}[]`);
  return Object.fromEntries([...service.slice(from, service.indexOf('};', from)).matchAll(/\{"(\w+)",\s*"([^"]+)"\}/g)].map((one) => [one[1], one[2]]));
}

describe('codes', () => {
  it('are those of the service', () => {
    expect(ethnicGroups).toEqual(listOf('kEthnicGroups'));
    expect(educations).toEqual(listOf('kEducations'));
    expect(degrees).toEqual(listOf('kDegrees'));
  });

  it('are named and offered in their order', () => {
    expect(nameOf(ethnicGroups, '07')).toBe('彝族');
    expect(nameOf(degrees, '408')).toBe('学士');
    expect(nameOf(educations, undefined)).toBe('');
    expect(nameOf(educations, '99')).toBe('99');
    expect(optionsOf(ethnicGroups).slice(0, 2)).toEqual([{ code: '01', title: '汉族' }, { code: '02', title: '蒙古族' }]);
    expect(optionsOf(ethnicGroups)).toHaveLength(58);
  });
});
