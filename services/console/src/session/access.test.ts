import { describe, expect, it } from 'vitest';
import { covers, inForce, may, type Grant } from './access';

const now = new Date('2026-11-30T08:00:00Z');
const grant = (over: Partial<Grant>): Grant => ({ role: 'branch_secretary', organization: 'organizations/5', ...over }) as Grant;
const roles = new Map([
  ['branch_secretary', { permissions: ['meeting.meeting.read', 'meeting.meeting.submit'] }],
  ['auditor', { permissions: ['audit.*.read'] }],
]);

describe('what a role covers', () => {
  it('takes * for any value of one part only', () => {
    expect(covers('audit.*.read', 'audit.record.read')).toBe(true);
    expect(covers('audit.*.read', 'audit.record.export')).toBe(false);
    expect(covers('*', 'audit.record.read')).toBe(false);
  });
});

describe('what somebody may do', () => {
  it('reaches from the granted organization down, and not up', () => {
    const grants = [grant({})];
    expect(may(grants, roles, 'meeting.meeting.submit', ['organizations/7', 'organizations/5'], now)).toBe(true);
    expect(may(grants, roles, 'meeting.meeting.submit', ['organizations/1'], now)).toBe(false);
    expect(may(grants, roles, 'meeting.meeting.accept', ['organizations/5'], now)).toBe(false);
  });
  it('is everywhere with a grant on everything, and anywhere when no place is asked for', () => {
    const everywhere = [grant({ role: 'auditor', organization: 'organizations/-' })];
    expect(may(everywhere, roles, 'audit.record.read', ['organizations/9'], now)).toBe(true);
    expect(may([grant({})], roles, 'meeting.meeting.read', null, now)).toBe(true);
  });
  it('begins and ends with the grant', () => {
    expect(inForce(grant({ startTime: '2026-12-01T00:00:00Z' }), now)).toBe(false);
    expect(inForce(grant({ endTime: '2026-11-30T08:00:00Z' }), now)).toBe(false);
    expect(may([grant({ endTime: '2026-11-01T00:00:00Z' })], roles, 'meeting.meeting.read', null, now)).toBe(false);
  });
});
