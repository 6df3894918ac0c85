// How does a session become a form, and a form a session?
import type { Message } from '@/api/types';
import { apiDate, day, isoDay, today } from '@/text/format';
import { daysProblem, hours, type DayPlan } from './hours';

export type Session = Message<'ronghe.training.v1.Session'>;

export interface SessionForm {
  title: string;
  form: string;
  place: string;
  description: string;
  days: DayPlan[];
  /** The version that the form began with; kept with a draft, so that a change by others is noticed. */
  etag: string;
}

export function freshForm(): SessionForm {
  return { title: '', form: '', place: '', description: '', days: [{ date: isoDay(today()), unit: 'HOUR_UNIT_HALF_DAY', halfHours: 4 }],
    etag: '' };
}

export function formOf(session: Session): SessionForm {
  return {
    title: session.title ?? '', form: session.form ?? '', place: session.place ?? '', description: session.description ?? '',
      etag: session.etag ?? '',
    days: (session.days ?? []).map((one) => ({ date: isoDay(one.date), unit: one.unit ?? 'HOUR_UNIT_HALF_DAY',
      halfHours: one.halfHours ?? 4 })),
  };
}

export function sessionOf(form: SessionForm): Session {
  return {
    title: form.title.trim(), form: form.form, place: form.place.trim(), description: form.description.trim(),
    days: [...form.days].sort((a, b) => (a.date < b.date ? -1 : 1)).map((one) => ({
      date: apiDate(one.date), unit: one.unit, ...(one.unit === 'HOUR_UNIT_HOUR' ? { halfHours: one.halfHours } : {}),
    })),
  };
}

export function complete(form: SessionForm): boolean {
  return form.title.trim() !== '' && form.form !== '' && daysProblem(form.days) === '';
}

/** The days in a line of words. */
export function daysText(days: readonly DayPlan[], unitTitle: (unit: string) => string): string {
  return days.map((one) => `${day(apiDate(one.date))} ${unitTitle(one.unit)}${one.unit === 'HOUR_UNIT_HOUR' ? ` ${hours(one.halfHours)}` : ''}`).join('、');
}
