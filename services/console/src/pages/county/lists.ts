// Where are the lists behind the figures? In the areas that keep them.
import type { RouteLocationRaw } from 'vue-router';
import { idOf } from '@/api/names';
import { isoDay } from '@/text/format';
import type { DutyState } from './reads';
import type { BoardRow } from './windows';

/** The members at and below an organization, of one category or all. */
export function membersOf(name: string, category?: 'MEMBER_CATEGORY_FULL' | 'MEMBER_CATEGORY_PROBATIONARY'): RouteLocationRaw {
  return { path: '/members', query: { organization: idOf(name), ...(category === undefined ? {} : { category }) } };
}

/** The organizations below one, or its branches alone. */
export function organizationsOf(name: string, list: 'organizations' | 'branches'): RouteLocationRaw {
  return { path: '/members', query: { organization: idOf(name), list } };
}

/** The members at and below an organization who are short of the hours of a year. */
export function shortOf(name: string, year: number): RouteLocationRaw {
  return { path: '/training/short', query: { organization: idOf(name), year } };
}

export function meetingsOf(name: string): RouteLocationRaw {
  return { path: '/meetings', query: { organization: idOf(name) } };
}

/** The duties at and below an organization that a figure of a row of its board counts. */
export function dutiesOf(name: string, row: BoardRow, state: DutyState): RouteLocationRaw {
  const query = { organization: idOf(name), rule: row.rule, window: isoDay(row.windowStartDate) };
  return state === 'DUTY_STATE_OVERDUE' ? { path: '/county/overdue', query } : { path: '/county/duties', query: { ...query, state } };
}
