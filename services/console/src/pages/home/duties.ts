// What has an organization to hold this month, what did it miss, and what is done? Windows are those that hold today, and
// those that went by unmet.
import { isoDay } from '@/text/format';
import { shiftDay, shiftMonth } from '../meetings/calendar';
import type { Meeting } from '../meetings/kinds';
import { dayOf } from '../meetings/reading';
import type { Duty } from '../meetings/window';

export interface DutyLine {
  duty: Duty;
  /** Of the window. */
  first: string;
  last: string;
  /** Days until the window ends, today not counted; negative after it. */
  daysLeft: number;
  /** A meeting of this kind in the window that is planned, or not submitted yet. */
  underway: Meeting | undefined;
}
export interface DutyLines {
  overdue: DutyLine[];
  due: DutyLine[];
  met: DutyLine[];
}

/** Windows that ended before this day are not looked at: those of this year, and of the three months before. */
export function since(today: string): string {
  const year = `${today.slice(0, 4)}-01-01`;
  const months = `${shiftMonth(today.slice(0, 7), -3)}-01`;
  return year < months ? year : months;
}

const days = (from: string, to: string) => Math.round((Date.parse(to) - Date.parse(from)) / 86400000);

export function linesOf(duties: readonly Duty[], underway: readonly Meeting[], today: string): DutyLines {
  const lines: DutyLines = { overdue: [], due: [], met: [] };
  for (const duty of duties) {
    const first = isoDay(duty.windowStartDate);
    const last = shiftDay(isoDay(duty.windowEndDate), -1);
    const holds = first <= today && today <= last;
    const line: DutyLine = {
      duty, first, last, daysLeft: days(today, last),
      underway: underway.find((one) => one.kinds.includes(duty.kind!) && first <= dayOf(one) && dayOf(one) <= last),
    };
    if (duty.state === 'DUTY_STATE_OVERDUE') lines.overdue.push(line);
    else if (duty.state === 'DUTY_STATE_DUE' && holds) lines.due.push(line);
    else if (duty.state === 'DUTY_STATE_MET' && holds) lines.met.push(line);
  }
  lines.due.sort((a, b) => a.daysLeft - b.daysLeft);
  lines.overdue.sort((a, b) => b.daysLeft - a.daysLeft);
  return lines;
}
