// What can be done to a case, said once: which call it is, which facts it takes, and what becomes of them in its request.
import { apiDate, isoDay, today } from '@/text/format';

/** A place of a public notice. */
export interface Site {
  kind: string;
  place: string;
}
export type FieldValue = string | string[] | boolean | Site[];
export type Values = Record<string, FieldValue>;

export type FieldKind =
  | 'date'
  | 'text'
  | 'number'
  | 'boolean'
  | 'choice' // one of `codes`
  | 'member' // a member of the branch, or of who acts
  | 'members'
  | 'motion' // a vote of a meeting of the branch, or of who acts
  | 'organization' // one below the branch, or anywhere in reach
  | 'actor' // the organization that acts: asked only where several may
  | 'superior' // a committee above the branch
  | 'sites'; // the places of a public notice

export interface ActionField {
  /** Where it stands in the request: "talk.day". */
  path: string;
  kind: FieldKind;
  /** Of the page's words, field.<label>; the last part of the path when left out. */
  label?: string;
  optional?: boolean;
  codes?: readonly string[];
  /** Whose codes they are, where the words know them as <table>.<code>. */
  titles?: Readonly<Record<string, string>>;
  /** Most members, or the highest number. */
  most?: number;
  /** Whose members or motions, or below what: the branch when left out. */
  of?: 'branch' | 'actor' | 'reach';
  /** Which motions will do. */
  motions?: readonly string[];
  /** What it begins with; dates that must be given begin with today. */
  start?: FieldValue;
  /** Asked only then. */
  when?: (values: Values) => boolean;
  longest?: number;
}

export interface Action {
  /** Of the page's words, action.<key>. */
  key: string;
  /** The method, as the protos name it. */
  rpc: string;
  path: string;
  permission: string;
  fields: readonly ActionField[];
  /** Asks before it is sent: it ends something. */
  grave?: boolean;
}

/** The label of a field among the page's words. */
export function labelOf(field: ActionField): string {
  return `field.${field.label ?? field.path.slice(field.path.lastIndexOf('.') + 1)}`;
}

function startOf(field: ActionField): FieldValue {
  if (field.start !== undefined) return field.start;
  switch (field.kind) {
    case 'date':
      return field.optional ? '' : isoDay(today());
    case 'boolean':
      return false;
    case 'members':
      return [];
    case 'sites':
      return [{ kind: '', place: '' }];
    default:
      return '';
  }
}

/** The form that an action begins with. */
export function freshValues(action: Action): Values {
  return Object.fromEntries(action.fields.map((field) => [field.path, startOf(field)]));
}

export function asked(action: Action, values: Values): ActionField[] {
  return action.fields.filter((field) => field.when === undefined || field.when(values));
}

export function isGiven(value: FieldValue | undefined): boolean {
  if (Array.isArray(value)) {
    return value.length > 0 && value.every((one) => typeof one === 'string' || (one.kind !== '' && one.place.trim() !== ''));
  }
  return typeof value === 'boolean' || (value !== undefined && value.trim() !== '');
}

/** Whether everything that must be given is. */
export function isComplete(action: Action, values: Values): boolean {
  return asked(action, values).every((field) => field.optional === true || isGiven(values[field.path]));
}

function valueOf(field: ActionField, value: FieldValue): unknown {
  if (field.kind === 'date') return apiDate(value as string);
  if (field.kind === 'number') return Number(value);
  return typeof value === 'string' ? value.trim() : value;
}

/** The request that the form stands for: what isn't asked or isn't given is left out. */
export function bodyOf(action: Action, values: Values): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const field of asked(action, values)) {
    const value = values[field.path];
    if (value === undefined || !isGiven(value)) continue;
    const parts = field.path.split('.');
    let at = body;
    for (const part of parts.slice(0, -1)) at = (at[part] ??= {}) as Record<string, unknown>;
    at[parts[parts.length - 1]!] = valueOf(field, value);
  }
  return body;
}

/** The path that a violation's field ("talk.held_on") means: "talk.heldOn". */
export function pathOf(violation: string): string {
  return violation.replace(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase());
}
