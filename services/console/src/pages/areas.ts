// Which pages are there, and who sees them in the navigation? A page is loaded when it is first opened.
import type { RouteRecordRaw } from 'vue-router';
import account from './account';
import administration from './administration';
import admission from './admission';
import county from './county';
import evaluation from './evaluation';
import home from './home';
import meetings from './meetings';
import members from './members';
import training from './training';
import transfers from './transfers';

/** A part of the console: its pages, and its place in the navigation. */
export interface Area {
  /** Of the navigation's words, nav.<key>; none for pages that are reached otherwise. */
  key?: string;
  /** Where the navigation leads. */
  path: string;
  /** Shown to whoever holds one of these permissions somewhere; to everybody when left out. */
  permissions?: string[];
  routes: RouteRecordRaw[];
}

export const areas: Area[] = [home, meetings, members, admission, transfers, training, evaluation, county, administration, account];
