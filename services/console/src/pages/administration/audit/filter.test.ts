import { describe, expect, it } from 'vitest';
import { filterOf, queryOf, searchOf } from './filter';

describe('a search of the audit trail', () => {
  it('goes into the address and comes back', () => {
    const query = {
      service: 'meeting', subject: '7', result: 'RESULT_CLASS_REFUSED', from: '2026-11-01', to: '2026-11-30', exact: '1', organization: '5',
    };
    expect(queryOf(searchOf(query))).toEqual(query);
    expect(queryOf(searchOf({ service: 'nothing', result: 'X' }))).toEqual({ service: 'gateway' });
  });
  it('becomes the filter of the API, whole days in the time of China', () => {
    const search = searchOf({ subject: '7', organization: '5', exact: '1', action: 'CreateGrant', from: '2026-11-01', to: '2026-11-30' });
    expect(filterOf(search)).toEqual({
      subject: 'accounts/7', organization: 'organizations/5', exactOrganization: true, action: 'CreateGrant',
      startTime: '2026-10-31T16:00:00.000Z', endTime: '2026-11-30T16:00:00.000Z',
    });
    expect(filterOf(searchOf({ subject: 'services/meeting', exact: '1' }))).toEqual({ subject: 'services/meeting' });
  });
});
