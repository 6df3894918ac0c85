// When does the window of a duty end? The API names the day after it.
import type { ApiDate, Message } from '@/api/types';
import { apiDate, isoDay } from '@/text/format';
import { shiftDay } from './calendar';

export type Duty = Message<'ronghe.meeting.v1.Duty'>;

export function lastDay(duty: Pick<Duty, 'windowEndDate'>): ApiDate | undefined {
  return duty.windowEndDate === undefined ? undefined : apiDate(shiftDay(isoDay(duty.windowEndDate), -1));
}
