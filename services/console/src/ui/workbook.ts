// How does a table that is shown become a workbook (XLSX)? The same columns and rows as on the page: numbers, shares and
// days as such, everything else as text that no program takes for a formula. The writer is a chunk of its own, loaded by
// the first export.
import { saveBlob } from '@/api/client';
import type { ApiDate } from '@/api/types';

export type ColumnKind = 'text' | 'number' | 'percent' | 'day';

/** What stands in a cell: of a share its fraction (0.938 is 93.8%); null for nothing. */
export type CellValue = string | number | ApiDate | null;

export interface SheetColumn {
  title: string;
  kind: ColumnKind;
}

export interface Sheet {
  name: string;
  columns: SheetColumn[];
  rows: CellValue[][];
}

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** A name without what file systems refuse. */
export function fileNameOf(...parts: string[]): string {
  const name = parts.filter((part) => part !== '').join('-').replace(/[\\/:*?"<>|\s]+/g, '_');
  return `${name.slice(0, 80)}.xlsx`;
}

/** Lets the browser save a sheet as a workbook of `author`. */
export async function saveSheet(sheet: Sheet, fileName: string, author: string): Promise<void> {
  const { workbook } = await import('./xlsx');
  saveBlob(new Blob([workbook(sheet, author, new Date())], { type: XLSX }), fileName);
}
