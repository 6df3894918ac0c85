// What of a member is typed into a form, how it becomes a change, and which field an error of the API belongs to.
import type { FieldViolation } from '@/api/error';
import type { Message } from '@/api/types';
import { apiDate, isoDay } from '@/text/format';

type Member = Message<'ronghe.membership.v1.Member'>;

export interface MemberFields {
  fullName: string;
  identityNumber: string;
  gender: NonNullable<Member['gender']>;
  ethnicity: string;
  education: string;
  degree: string;
  phone: string;
  category: NonNullable<Member['category']>;
  joinedOn: string;
  convertedOn: string;
  standingAdjustmentMonths: string;
  occupation: string;
  technicalPost: string;
  migrantWorker: boolean;
  residenceRegion: string;
  householdRegion: string;
}

export type FieldName = keyof MemberFields;

export const emptyFields = (): MemberFields => ({
  fullName: '', identityNumber: '', gender: 'GENDER_UNSPECIFIED', ethnicity: '01', education: '', degree: '', phone: '',
  category: 'MEMBER_CATEGORY_PROBATIONARY', joinedOn: '', convertedOn: '', standingAdjustmentMonths: '', occupation: '', technicalPost: '',
  migrantWorker: false, residenceRegion: '', householdRegion: '',
});

export function fieldsOf(member: Member): MemberFields {
  return {
    fullName: member.fullName, identityNumber: member.identityNumber ?? '', gender: member.gender ?? 'GENDER_UNSPECIFIED',
    ethnicity: member.ethnicity ?? '', education: member.education ?? '', degree: member.degree ?? '', phone: member.phone ?? '',
    category: member.category ?? 'MEMBER_CATEGORY_UNSPECIFIED', joinedOn: isoDay(member.joinedOn), convertedOn: isoDay(member.convertedOn),
    standingAdjustmentMonths: member.standingAdjustmentMonths ? String(member.standingAdjustmentMonths) : '',
    occupation: member.occupation ?? '', technicalPost: member.technicalPost ?? '', migrantWorker: member.migrantWorker ?? false,
    residenceRegion: member.residenceRegion ?? '', householdRegion: member.householdRegion ?? '',
  };
}

/** The API's member of a form. What is empty is left out: the mask says what is to become empty. */
export function memberOf(fields: MemberFields): Member {
  const { joinedOn, convertedOn, standingAdjustmentMonths, ...rest } = fields;
  return {
    ...rest, fullName: fields.fullName.trim(), identityNumber: fields.identityNumber.trim().toUpperCase(), phone: fields.phone.trim(),
    joinedOn: apiDate(joinedOn), convertedOn: apiDate(convertedOn),
    standingAdjustmentMonths: Number(standingAdjustmentMonths || 0),
  };
}

/** A number that was read masked says nothing until it is typed anew. */
const masked = (value: unknown) => typeof value === 'string' && value.includes('*');

/** The fields that were changed, as the update mask names them. */
export function changedFields(before: MemberFields, now: MemberFields): FieldName[] {
  return (Object.keys(before) as FieldName[]).filter((name) => before[name] !== now[name] && !masked(now[name]) && name !== 'category');
}

/** "full_name" of "fullName". */
export const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** By field, what is wrong with it; under '' what belongs to none. */
export function errorsByField(violations: FieldViolation[]): Partial<Record<FieldName | '', string>> {
  const names = Object.keys(emptyFields()) as FieldName[];
  const found: Partial<Record<FieldName | '', string>> = {};
  for (const one of violations) {
    const last = one.field.split('.').filter((part) => part !== 'member')[0] ?? '';
    const name = names.find((field) => field === last || snake(field) === last) ?? '';
    found[name] = found[name] === undefined ? one.description : `${found[name]} ${one.description}`;
  }
  return found;
}
