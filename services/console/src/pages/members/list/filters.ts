// Which members does the list show, and how? What a filter says stands in the address (never a name), and may be kept
// under a title in this browser.
import type { LocationQuery, LocationQueryRaw } from 'vue-router';
import type { Message } from '@/api/types';

type Member = Message<'ronghe.membership.v1.Member'>;
export type Category = NonNullable<Member['category']>;
export type Standing = NonNullable<Member['standing']>;

export interface Filters {
  category: Category | '';
  /** Empty for normal standing, which is what the API lists by itself. */
  standing: Standing | '';
  floating: boolean;
  outOfContact: boolean;
}

export const CATEGORIES: Category[] = ['MEMBER_CATEGORY_FULL', 'MEMBER_CATEGORY_PROBATIONARY'];
export const STANDINGS: Standing[] = ['MEMBER_STANDING_NORMAL', 'MEMBER_STANDING_SUSPENDED', 'MEMBER_STANDING_LEFT',
  'MEMBER_STANDING_DECEASED'];
export const COLUMNS = ['branch', 'category', 'gender', 'birthYear', 'education', 'joinedOn', 'standingYears', 'phone', 'flags'] as const;
export type Column = (typeof COLUMNS)[number];
export const FIRST_COLUMNS: Column[] = ['branch', 'category', 'gender', 'joinedOn', 'standingYears', 'flags'];

export const PHONE_COLUMNS: Column[] = ['branch', 'category', 'flags'];

/** A set of filters and columns under a title. */
export interface View {
  title: string;
  filters: Filters;
  columns: Column[];
}

export const MOST_VIEWS = 20;

export const noFilters = (): Filters => ({ category: '', standing: '', floating: false, outOfContact: false });

const oneOf = <T extends string>(list: readonly T[], value: unknown): T | '' => (list.includes(value as T) ? (value as T) : '');

/** What an address says; anything strange in it says nothing. */
export function filtersOf(query: LocationQuery): Filters {
  return {
    category: oneOf(CATEGORIES, query.category),
    standing: oneOf(STANDINGS, query.standing),
    floating: query.floating === '1',
    outOfContact: query.lost === '1',
  };
}

/** The address's part for filters; what is not filtered is left out. */
export function queryOf(filters: Filters): LocationQueryRaw {
  return {
    ...(filters.category === '' ? {} : { category: filters.category }),
    ...(filters.standing === '' ? {} : { standing: filters.standing }),
    ...(filters.floating ? { floating: '1' } : {}),
    ...(filters.outOfContact ? { lost: '1' } : {}),
  };
}

export function same(a: Filters, b: Filters): boolean {
  return a.category === b.category && a.standing === b.standing && a.floating === b.floating && a.outOfContact === b.outOfContact;
}

/** Views as they were kept: whatever does not look like one is dropped, and nothing else is taken over. */
export function viewsOf(text: string | null): View[] {
  let kept: unknown;
  try {
    kept = JSON.parse(text ?? '[]');
  } catch {
    return [];
  }
  if (!Array.isArray(kept)) return [];
  return kept.slice(0, MOST_VIEWS).flatMap((one: Partial<View> | null) => {
    if (typeof one?.title !== 'string' || one.title === '' || typeof one.filters !== 'object' || one.filters === null) return [];
    const { category, standing, floating, outOfContact } = one.filters;
    const filters: Filters = { category: oneOf(CATEGORIES, category), standing: oneOf(STANDINGS, standing), floating: floating === true,
      outOfContact: outOfContact === true };
    const columns = Array.isArray(one.columns) ? COLUMNS.filter((column) => one.columns!.includes(column)) : FIRST_COLUMNS;
    return [{ title: one.title, filters, columns }];
  });
}

/** With a view added, or the one of the same title replaced. */
export function withView(views: View[], view: View): View[] {
  const others = views.filter((one) => one.title !== view.title);
  return [...others, view].slice(-MOST_VIEWS);
}
