// How are reports read, and what stands in their tables? Pure parts: the periods of the kinds, which cells can be opened,
// the heads that columns share, and the bytes of the downloaded workbook.
import type { ApiDate, Message } from '@/api/types';

export type Report = Message<'ronghe.membership.v1.StatisticsReport'>;
export type ReportKind = NonNullable<Report['kind']>;
export type ReportTable = Message<'ronghe.membership.v1.ReportTable'>;
export type FormTable = Message<'ronghe.membership.v1.ReportFormTable'>;
export type Line = Message<'ronghe.membership.v1.ReportLine'>;

export const KINDS: ReportKind[] = ['REPORT_KIND_YEAR', 'REPORT_KIND_HALF_YEAR', 'REPORT_KIND_PERIOD'];

/** Whether nothing more happens to a report by itself. */
export function settled(report: Report): boolean {
  return report.state !== 'REPORT_STATE_COMPUTING';
}

/** Whether there are figures to read. */
export function hasFigures(report: Report): boolean {
  return report.state === 'REPORT_STATE_COMPUTED' || report.state === 'REPORT_STATE_SUBMITTED' || report.state === 'REPORT_STATE_UNLOCKED';
}

/** The last year whose report can be drawn: the one that is over; of half-years this one's once June is over. */
export function lastYear(kind: ReportKind, today: ApiDate): number {
  const year = today.year ?? 0;
  return kind === 'REPORT_KIND_HALF_YEAR' && (today.month ?? 1) > 6 ? year : year - 1;
}

/** The period of a year's or half-year's report. */
export function periodOf(kind: ReportKind, year: number): { from: ApiDate; to: ApiDate } {
  const half = kind === 'REPORT_KIND_HALF_YEAR';
  return { from: { year, month: 1, day: 1 }, to: { year, month: half ? 6 : 12, day: half ? 30 : 31 } };
}

/** Who provides a cell's figure when membership does not know it; empty when it does. */
export function providerOf(table: FormTable, row: Line, column: Line): string {
  return row.providedBy || column.providedBy || table.providedBy || '';
}

/** The figures of a table by row and column: zero where it is known to be; null where another service provides it and has not. */
export function figuresOf(filled: ReportTable): (row: Line, column: Line) => number | null {
  const known = new Map((filled.cells ?? []).map((cell) => [`${cell.row}/${cell.column}`, Number(cell.value ?? 0)]));
  return (row, column) => {
    const value = known.get(`${row.number}/${column.number}`);
    if (value !== undefined) return value;
    return providerOf(filled.table ?? {}, row, column) === '' ? 0 : null;
  };
}

export interface Head {
  title: string;
  span: number;
}

/** The headings that neighbouring lines share, from left to right; empty titles where there is none. No headings at all: []. */
export function headsOf(lines: Line[]): Head[] {
  const heads: Head[] = [];
  for (const line of lines) {
    const title = line.group ?? '';
    const last = heads[heads.length - 1];
    if (last !== undefined && last.title === title) last.span += 1;
    else heads.push({ title, span: 1 });
  }
  return heads.some((head) => head.title !== '') ? heads : [];
}

/** How deep a line stands below those it is a part of. */
export function depthOf(lines: Line[], line: Line): number {
  let depth = 0;
  for (let at: Line | undefined = line; at?.partOf && depth < 8; depth += 1) at = lines.find((one) => one.number === at?.partOf);
  return depth;
}

/** The bytes of a stream of messages, one on each line, that hold parts of a file. */
export function bytesOf(stream: string): Uint8Array<ArrayBuffer> {
  const parts = stream.split('\n').filter((line) => line.trim() !== '').map((line) => {
    const text = atob((JSON.parse(line) as { content?: string }).content ?? '');
    return Uint8Array.from(text, (sign) => sign.charCodeAt(0));
  });
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Where the page of what a cell counts is. */
export function entryPath(resource: string): string | undefined {
  const [collection, id] = resource.split('/');
  if (collection === 'members') return `/members/${id}`;
  if (collection === 'admissionCases') return `/admission/${id}`;
  if (collection === 'organizations') return `/members?organization=${id}`;
  return undefined;
}
