// What stands in a table of figures: its columns and its rows of cells, which lead to what they count; in which order it
// is shown, and as which sheet it is taken away.
import type { RouteLocationRaw } from 'vue-router';
import type { ApiDate } from '@/api/types';
import { day, isoDay, number, percent } from '@/text/format';
import type { CellValue, ColumnKind, Sheet } from '@/ui/workbook';

export interface Column {
  key: string;
  title: string;
  kind: ColumnKind;
}

export interface Cell {
  value: CellValue;
  /** Where it leads. */
  to?: RouteLocationRaw;
}

export interface Row {
  key: string;
  /** One for each column. */
  cells: Cell[];
}

/** None: the order in which the rows came. */
export interface Order {
  column: number;
  down: boolean;
}

/** A cell as it is read on the page. */
export function shown(value: CellValue, kind: ColumnKind): string {
  if (value === null) return '—';
  if (kind === 'percent') return percent(value as number, 1);
  if (typeof value === 'number') return number(value);
  return typeof value === 'object' ? day(value as ApiDate) : value;
}

const rank = (value: CellValue): string | number | null =>
  value !== null && typeof value === 'object' ? isoDay(value as ApiDate) : value;

/** The rows in an order; those without a value come last, equals stay as they came. */
export function ordered(rows: Row[], order: Order | null): Row[] {
  if (order === null) return rows;
  const sign = order.down ? -1 : 1;
  return rows.map((row, i) => ({ row, i, value: rank(row.cells[order.column]?.value ?? null) })).sort((a, b) => {
    if (a.value === null || b.value === null) return a.value === b.value ? a.i - b.i : a.value === null ? 1 : -1;
    const difference = typeof a.value === 'number' && typeof b.value === 'number' ? a.value - b.value
      : String(a.value).localeCompare(String(b.value), 'zh-CN');
    return difference === 0 ? a.i - b.i : sign * difference;
  }).map((one) => one.row);
}

/** The next order when the head of a column is pressed: up from words and days, down from figures, the other way, none. */
export function nextOrder(order: Order | null, column: number, kind: ColumnKind): Order | null {
  const first = kind === 'number' || kind === 'percent';
  if (order?.column !== column) return { column, down: first };
  return order.down === first ? { column, down: !first } : null;
}

export function sheetOf(name: string, columns: Column[], rows: Row[]): Sheet {
  return { name, columns: columns.map(({ title, kind }) => ({ title, kind })), rows: rows.map((row) => row.cells.map((cell) => cell.value)) };
}
