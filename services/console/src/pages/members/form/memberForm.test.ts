import { describe, expect, it } from 'vitest';
import { changedFields, emptyFields, errorsByField, fieldsOf, memberOf, snake } from './memberForm';

const member = {
  name: 'members/1', fullName: '王小明', identityNumber: '530399********0192', phone: '199****5285', gender: 'GENDER_MALE' as const,
  ethnicity: '01', education: '21', category: 'MEMBER_CATEGORY_FULL' as const, joinedOn: { year: 2001, month: 7, day: 1 }, etag: '3',
};

describe('a form of a member', () => {
  it('names what was changed, and leaves masked numbers alone', () => {
    const before = fieldsOf(member);
    expect(changedFields(before, { ...before })).toEqual([]);
    expect(changedFields(before, { ...before, occupation: '教师', convertedOn: '2002-07-01' })).toEqual(['convertedOn', 'occupation']);
    expect(changedFields(before, { ...before, phone: '199****528' })).toEqual([]);
    expect(changedFields(before, { ...before, phone: '19900000001' })).toEqual(['phone']);
    expect(changedFields(before, { ...before, phone: '' })).toEqual(['phone']);
  });
  it('becomes a member of the API', () => {
    const made = memberOf({ ...emptyFields(), fullName: ' 李梅 ', identityNumber: '53039919720101019x', joinedOn: '2020-07-01',
      standingAdjustmentMonths: '-3' });
    expect(made).toMatchObject({ fullName: '李梅', identityNumber: '53039919720101019X', joinedOn: { year: 2020, month: 7, day: 1 },
      standingAdjustmentMonths: -3 });
    expect(made.convertedOn).toBeUndefined();
  });
  it('finds the field of an error', () => {
    expect(snake('standingAdjustmentMonths')).toBe('standing_adjustment_months');
    expect(errorsByField([
      { field: 'member.identity_number', description: '校验码不正确。' }, { field: 'member.phone', description: 'a' },
        { field: 'phone', description: 'b' },
      { field: 'member.joined_on.year', description: 'c' }, { field: 'x', description: 'd' },
    ])).toEqual({ identityNumber: '校验码不正确。', phone: 'a b', joinedOn: 'c', '': 'd' });
  });
});
