// How are the figures of this area read? One function for each call of the API; days go into the query part by part.
import { api, ask } from '@/api/client';
import { idOf } from '@/api/names';
import type { ApiDate, Message } from '@/api/types';
import type { Page } from '@/ui/ask';
import type { BoardRow } from './windows';

export type Duty = Message<'ronghe.meeting.v1.Duty'>;
export type DutyState = NonNullable<Duty['state']>;
export type Counts = Message<'ronghe.membership.v1.OrganizationCounts'>;
export type Report = Message<'ronghe.membership.v1.StatisticsReport'>;
export type Coverage = Message<'ronghe.training.v1.Coverage'>;

/** The board of everything at and below an organization, for the windows that hold a day. */
export async function readBoard(name: string, date: ApiDate): Promise<BoardRow[]> {
  const query = { 'date.year': date.year, 'date.month': date.month, 'date.day': date.day };
  const board = await ask(api.GET('/v1/organizations/{organization}/dutyBoard', { params: { path: { organization: idOf(name) }, query } }));
  return board.rows ?? [];
}

/** What one figure of a board counts: the duties at and below an organization in the window that holds a day. */
export async function readSubtreeDuties(name: string, rule: string, date: ApiDate, state: DutyState, pageToken: string): Promise<Page<Duty>> {
  const query = { rule, state, 'date.year': date.year, 'date.month': date.month, 'date.day': date.day, pageSize: 50, pageToken };
  const page = await ask(api.GET('/v1/organizations/{organization}/duties:subtree', { params: { path: { organization: idOf(name) }, query } }));
  return { items: page.duties ?? [], next: page.nextPageToken ?? '' };
}

/** The duties of the organization itself whose windows touch a year. */
export async function readDuties(name: string, year: number, pageToken: string): Promise<Page<Duty>> {
  const query = {
    'startDate.year': year, 'startDate.month': 1, 'startDate.day': 1, 'endDate.year': year + 1, 'endDate.month': 1, 'endDate.day': 1,
    pageSize: 50, pageToken,
  };
  const page = await ask(api.GET('/v1/organizations/{organization}/duties', { params: { path: { organization: idOf(name) }, query } }));
  return { items: page.duties ?? [], next: page.nextPageToken ?? '' };
}

/** Members and organizations, now or at the end of a past day. */
export function readCounts(name: string, asOf?: ApiDate): Promise<Counts> {
  const query = asOf === undefined ? {} : { 'asOf.year': asOf.year, 'asOf.month': asOf.month, 'asOf.day': asOf.day };
  return ask(api.GET('/v1/organizations/{organization}/counts', { params: { path: { organization: idOf(name) }, query } }));
}

/** The hours of a year, as they stand now or stood at the end of a past day of it. */
export function readCoverage(name: string, year: number, asOf?: ApiDate): Promise<Coverage> {
  const past = asOf === undefined ? {} : { 'asOfDate.year': asOf.year, 'asOfDate.month': asOf.month, 'asOfDate.day': asOf.day };
  const params = { path: { organization: idOf(name) }, query: { year, ...past } };
  return ask(api.GET('/v1/organizations/{organization}/hourCoverage', { params }));
}

/** The reports that have an organization in them, the newest first. */
export async function readReports(name: string, pageToken: string, pageSize: number): Promise<Page<Report>> {
  const params = { path: { organization: idOf(name) }, query: { pageSize, pageToken } };
  const page = await ask(api.GET('/v1/organizations/{organization}/statisticsReports', { params }));
  return { items: page.statisticsReports ?? [], next: page.nextPageToken ?? '' };
}

/** A report as an organization in it sees it: only who may read its top may ask for it by name, the others have it in their list. */
export async function readReport(id: string, name: string, known: Report | null): Promise<Report> {
  if (known === null || known.organization !== name) {
    for (let token = ''; ;) {
      const page = await readReports(name, token, 200);
      const found = page.items.find((one) => idOf(one.name ?? '') === id);
      if (found !== undefined) return found;
      token = page.next;
      if (token === '') break;
    }
  }
  return ask(api.GET('/v1/statisticsReports/{statisticsReport}', { params: { path: { statisticsReport: id } } }));
}
