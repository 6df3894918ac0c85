import { describe, expect, it } from 'vitest';
import { complete, daysText, formOf, freshForm, sessionOf, type Session } from './plan';

const session: Session = {
  name: 'sessions/1', title: '现场教学', form: '12', place: '党员活动室', etag: '3',
  days: [{ date: { year: 2026, month: 11, day: 10 }, unit: 'HOUR_UNIT_HALF_DAY' }, { date: { year: 2026, month: 11, day: 11 },
    unit: 'HOUR_UNIT_HOUR', halfHours: 3 }],
};

describe('a session', () => {
  it('goes into the form and back', () => {
    const form = formOf(session);
    expect(form.etag).toBe('3');
    expect(sessionOf(form)).toEqual({ title: '现场教学', form: '12', place: '党员活动室', description: '', days: session.days });
  });
  it('has its days in order', () => {
    const form = formOf(session);
    form.days.reverse();
    expect(sessionOf(form).days?.[0]?.date?.day).toBe(10);
  });
  it('tells its days in words', () => {
    expect(daysText(formOf(session).days, (unit) => (unit === 'HOUR_UNIT_HOUR' ? '按小时' : '半天'))).toBe('2026年11月10日 半天、2026年11月11日 按小时 1.5');
  });
});

it('a fresh form waits for a title and a form', () => {
  const form = freshForm();
  expect(complete(form)).toBe(false);
  expect(complete({ ...form, title: ' 党课 ', form: '09' })).toBe(true);
  expect(complete({ ...form, title: '党课', form: '09', days: [] })).toBe(false);
});
