import { describe, expect, it } from 'vitest';
import { bodyOf, freshValues, isComplete, labelOf, pathOf, type Action } from './action';

const action: Action = {
  key: 'try', rpc: 'Try', path: '/v1/x/{x}:try', permission: 'a.b.c',
  fields: [
    { path: 'try.day', kind: 'date' },
    { path: 'try.members', kind: 'members', most: 2 },
    { path: 'try.passed', kind: 'boolean' },
    { path: 'try.number', kind: 'text', label: 'formNumber', when: (values) => values['try.passed'] === true },
    { path: 'try.deep.hours', kind: 'number', optional: true },
  ],
};

describe('an action', () => {
  it('begins with today where a day must be given', () => {
    expect(freshValues(action)['try.day']).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(freshValues({ ...action, fields: [{ path: 'a.b', kind: 'date', optional: true }] })['a.b']).toBe('');
  });

  it('is complete once everything that is asked is given', () => {
    const values = freshValues(action);
    expect(isComplete(action, values)).toBe(false);
    values['try.members'] = ['members/1'];
    expect(isComplete(action, values)).toBe(true);
    values['try.passed'] = true;
    expect(isComplete(action, values)).toBe(false);
    values['try.number'] = ' 7 ';
    expect(isComplete(action, values)).toBe(true);
  });

  it('wants every place of a notice whole', () => {
    const notice: Action = { ...action, fields: [{ path: 'notice.sites', kind: 'sites' }] };
    expect(isComplete(notice, { 'notice.sites': [{ kind: 'A', place: ' ' }] })).toBe(false);
    expect(isComplete(notice, { 'notice.sites': [{ kind: 'A', place: '公开栏' }] })).toBe(true);
  });

  it('becomes a request without what is not asked or given', () => {
    const values = { ...freshValues(action), 'try.day': '2026-03-08', 'try.members': ['members/1'], 'try.number': '7' };
    expect(bodyOf(action, values)).toEqual({ try: { day: { year: 2026, month: 3, day: 8 }, members: ['members/1'], passed: false } });
    expect(bodyOf(action, { ...values, 'try.passed': true, 'try.deep.hours': '24' })).toEqual({
      try: { day: { year: 2026, month: 3, day: 8 }, members: ['members/1'], passed: true, number: '7', deep: { hours: 24 } },
    });
  });

  it('labels its fields by their last part, or as it says', () => {
    expect(action.fields.map(labelOf)).toEqual(['field.day', 'field.members', 'field.passed', 'field.formNumber', 'field.hours']);
  });

  it('finds the field that was refused', () => {
    expect(pathOf('applicant.identity_number')).toBe('applicant.identityNumber');
  });
});
