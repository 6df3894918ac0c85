import { describe, expect, it } from 'vitest';
import type { Grant } from '@/session/access';
import { excluding, gainOf, givable, groupPermissions, repeated, stateOf, type Role } from './effect';

const now = new Date('2026-11-30T08:00:00Z');
const grant = (role: string, organization: string, over: Partial<Grant> = {}): Grant => ({ role, organization, ...over }) as Grant;
const role = (name: string, kind: Role['kind'], permissions: string[], over: Partial<Role> = {}): Role =>
  ({ name, kind, permissions, ...over });
const roles = new Map([
  role('member', 'KIND_BUSINESS', ['membership.organization.read', 'meeting.ballot.cast']),
  role('branch_secretary', 'KIND_BUSINESS',
    ['membership.organization.read', 'meeting.meeting.read', 'meeting.meeting.submit', 'meeting.ballot.cast']),
  role('security_administrator', 'KIND_SECURITY_ADMINISTRATOR', ['access.account.*'],
    { mayGrant: ['member', 'branch_secretary', 'department_client'] }),
  role('audit_administrator', 'KIND_AUDIT_ADMINISTRATOR', ['audit.record.read']),
  role('department_client', 'KIND_CLIENT', ['membership.member.read']),
].map((one) => [one.name!, one]));

describe('permissions in groups', () => {
  it('go by service and resource, each once, in the order of the role', () => {
    const permissions = ['meeting.meeting.read', 'membership.member.read', 'meeting.meeting.submit', 'meeting.ballot.cast', 'meeting.meeting.read'];
    expect(groupPermissions(permissions)).toEqual([
      { service: 'meeting', count: 3, resources: [
        { resource: 'meeting.meeting', verbs: ['read', 'submit'] }, { resource: 'meeting.ballot', verbs: ['cast'] }] },
      { service: 'membership', count: 1, resources: [{ resource: 'membership.member', verbs: ['read'] }] },
    ]);
    expect(groupPermissions([])).toEqual([]);
  });
});

describe('what a grant brings', () => {
  const secretary = roles.get('branch_secretary')!;
  it('is everything for somebody without grants', () => {
    expect(gainOf(secretary, [], roles, ['organizations/7', 'organizations/5'], now)).toEqual({ fresh: secretary.permissions, had: [] });
  });
  it('is only what other grants do not bring there already', () => {
    const gain = gainOf(secretary, [grant('member', 'organizations/5')], roles, ['organizations/7', 'organizations/5'], now);
    expect(gain.fresh).toEqual(['meeting.meeting.read', 'meeting.meeting.submit']);
    expect(gain.had).toEqual(['membership.organization.read', 'meeting.ballot.cast']);
  });
  it('counts neither grants elsewhere nor those that are over', () => {
    const held = [grant('member', 'organizations/9'), grant('member', 'organizations/5', { endTime: '2026-11-01T00:00:00Z' })];
    expect(gainOf(secretary, held, roles, ['organizations/7', 'organizations/5'], now).had).toEqual([]);
  });
  it('is nothing where the same role holds from above', () => {
    const held = [grant('branch_secretary', 'organizations/5')];
    expect(repeated(secretary, held, ['organizations/7', 'organizations/5'], now)).toBe(held[0]);
    expect(gainOf(secretary, held, roles, ['organizations/7', 'organizations/5'], now).fresh).toEqual([]);
    expect(repeated(secretary, held, ['organizations/5x'], now)).toBeUndefined();
  });
  it('finds a wildcard by its pattern', () => {
    const held = [grant('security_administrator', 'organizations/-')];
    const other = role('x', 'KIND_SECURITY_ADMINISTRATOR', ['access.account.read', 'access.grant.read']);
    expect(gainOf(other, held, roles, ['organizations/7'], now)).toEqual({ fresh: ['access.grant.read'], had: ['access.account.read'] });
  });
});

describe('roles that exclude each other', () => {
  it('are those of another kind, in force or to come', () => {
    const held = [
      grant('member', 'organizations/5'),
      grant('audit_administrator', 'organizations/-', { startTime: '2027-01-01T00:00:00Z' }),
      grant('audit_administrator', 'organizations/-', { endTime: '2026-01-01T00:00:00Z' }),
    ];
    expect(excluding(roles.get('branch_secretary')!, held, roles, now)).toEqual([held[1]]);
    expect(excluding(roles.get('security_administrator')!, held, roles, now)).toEqual([held[0], held[1]]);
  });
});

describe('roles that may be given', () => {
  it('are those that the own roles name, apart for people and programs', () => {
    const own = [grant('security_administrator', 'organizations/-')];
    expect(givable(own, roles, 'accounts', now).map((one) => one.name)).toEqual(['member', 'branch_secretary']);
    expect(givable(own, roles, 'clients', now).map((one) => one.name)).toEqual(['department_client']);
    expect(givable([grant('member', 'organizations/5')], roles, 'accounts', now)).toEqual([]);
  });
});

describe('the state of a grant', () => {
  it('is by its term', () => {
    expect(stateOf(grant('member', 'organizations/5'), now)).toBe('now');
    expect(stateOf(grant('member', 'organizations/5', { startTime: '2026-12-01T00:00:00Z' }), now)).toBe('later');
    expect(stateOf(grant('member', 'organizations/5', { endTime: '2026-11-30T08:00:00Z' }), now)).toBe('over');
  });
});
