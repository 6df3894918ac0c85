// What is looked for in the audit trail? Kept in the address: numbers and names of resources, never personal data.
import type { LocationQuery } from 'vue-router';
import type { Message } from '@/api/types';
import { timeOf } from '@/text/format';
import { serviceOf, type Service } from '../sections';

export interface AuditSearch {
  service: Service;
  subject: string;
  onBehalfOf: string;
  organization: string;
  exact: boolean;
  action: string;
  method: string;
  resource: string;
  result: '' | 'RESULT_CLASS_OK' | 'RESULT_CLASS_REFUSED';
  from: string;
  to: string;
}

type Filter = Message<'ronghe.audit.v1.AuditFilter'>;

const text = (query: LocationQuery, key: string) => (typeof query[key] === 'string' ? query[key].trim() : '');

export function searchOf(query: LocationQuery): AuditSearch {
  const result = text(query, 'result');
  return {
    service: serviceOf(query.service), subject: text(query, 'subject'), onBehalfOf: text(query, 'onBehalfOf'),
    organization: text(query, 'organization'),
    exact: query.exact === '1', action: text(query, 'action'), method: text(query, 'method'), resource: text(query, 'resource'),
    result: result === 'RESULT_CLASS_OK' || result === 'RESULT_CLASS_REFUSED' ? result : '',
    from: text(query, 'from'), to: text(query, 'to'),
  };
}

/** The address of a search: only what was said. */
export function queryOf(search: AuditSearch): Record<string, string> {
  const said = Object.entries({ ...search, exact: search.exact ? '1' : '' }).filter(([, value]) => value !== '');
  return Object.fromEntries(said) as Record<string, string>;
}

const named = (collection: string, value: string) => (/^[1-9]\d*$/.test(value) ? `${collection}/${value}` : value);
const dayAfter = (iso: string) => new Date(new Date(timeOf(iso, '00:00')).getTime() + 86400000).toISOString();

/** The filter of the API; a bare number of an account or an organization is enough. */
export function filterOf(search: AuditSearch): Filter {
  const filter: Filter = {};
  if (search.subject !== '') filter.subject = named('accounts', search.subject);
  if (search.onBehalfOf !== '') filter.onBehalfOf = named('accounts', search.onBehalfOf);
  if (search.organization !== '') filter.organization = named('organizations', search.organization);
  if (search.organization !== '' && search.exact) filter.exactOrganization = true;
  if (search.action !== '') filter.action = search.action;
  if (search.method !== '') filter.method = search.method;
  if (search.resource !== '') filter.resource = search.resource;
  if (search.result !== '') filter.result = search.result;
  if (search.from !== '') filter.startTime = timeOf(search.from, '00:00');
  if (search.to !== '') filter.endTime = dayAfter(search.to);
  return filter;
}
