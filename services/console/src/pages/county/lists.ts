// Where are the lists behind the figures? In the areas that keep them.
import type { RouteLocationRaw } from 'vue-router';
import { idOf } from '@/api/names';

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
