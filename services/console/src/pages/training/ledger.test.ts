import { describe, expect, it } from 'vitest';
import { asShown, groupsOf, ledgerOf, shows } from './ledger';

const roll = [{ name: 'members/1', fullName: '甲' }, { name: 'members/2', fullName: '乙' }, { name: 'members/3', fullName: '丙' }];
const shortfalls = [
  { member: 'members/3', organization: 'organizations/7', creditedHalfHours: 8, shortHalfHours: 14 },
  { member: 'members/1', organization: 'organizations/7', shortHalfHours: 22 },
  { member: 'members/9', organization: 'organizations/8', creditedHalfHours: 2, shortHalfHours: 20 },
];

describe('the ledger', () => {
  const rows = ledgerOf(roll, shortfalls);
  it('keeps the order of the roll, whoever is short', () => {
    expect(rows.map((row) => row.member)).toEqual(['members/1', 'members/2', 'members/3', 'members/9']);
  });
  it('is shown in parts', () => {
    const of = (shown: Parameters<typeof shows>[1]) => rows.filter((row) => shows(row, shown)).map((row) => row.member);
    expect(of('all')).toHaveLength(4);
    expect(of('short')).toEqual(['members/1', 'members/3', 'members/9']);
    expect(of('uncovered')).toEqual(['members/1']);
    expect(of('rest')).toEqual(['members/2']);
  });
  it('shows those short when the address says nothing sensible', () => {
    expect(asShown('rest')).toBe('rest');
    expect(asShown(undefined)).toBe('short');
    expect(asShown('x')).toBe('short');
  });
});

it('groups by organization in the order given', () => {
  expect(groupsOf(shortfalls).map((one) => [one.organization, one.shortfalls.length, one.shortHalfHours]))
    .toEqual([['organizations/7', 2, 36], ['organizations/8', 1, 20]]);
});
