// What are the bytes of a workbook with one sheet (ECMA-376)? A head row that stays in sight, then the rows. Text is
// always an inline string in a cell of the text format, so it stays text when it begins like a formula.
import { strToU8, zipSync } from 'fflate';
import type { ApiDate } from '@/api/types';
import type { CellValue, ColumnKind, Sheet, SheetColumn } from './workbook';

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';

// The places of the formats in STYLES; the last one marks text that begins like a formula as quoted.
const STYLE: Record<ColumnKind | 'head' | 'quoted', number> = { head: 1, text: 2, number: 3, percent: 4, day: 5, quoted: 6 };

const STYLES = `${HEAD}<styleSheet xmlns="${MAIN}">
<numFmts count="2"><numFmt numFmtId="164" formatCode="0.0%"/><numFmt numFmtId="165" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/></numFmts>
<fonts count="2"><font><sz val="11"/><name val="宋体"/></font><font><b/><sz val="11"/><name val="宋体"/></font></fonts>
<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFEFF1F4"/></patternFill></fill></fills>
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="7"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>
<xf numFmtId="49" fontId="1" fillId="2" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1" applyAlignment="1"><alignment vertical="center" wrapText="1"/></xf>
<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="3" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1" applyNumberFormat="1"/></cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>
</styleSheet>`;

const TYPES = `${HEAD}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/><Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>`;

const relation = (id: number, type: string, target: string) => `<Relationship Id="rId${id}" Type="${type}" Target="${target}"/>`;
const relations = (...all: string[]) => `${HEAD}<Relationships xmlns="${PACKAGE}/relationships">${all.join('')}</Relationships>`;

/** Text as XML takes it: escaped, and without the signs that XML has no place for. */
export function xml(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(^|[^\ud800-\udbff])[\udc00-\udfff]/g, '$1')
    .replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

/** The name of a column: 0 is A, 26 is AA. */
export function columnName(index: number): string {
  const rest = String.fromCharCode(65 + (index % 26));
  return index < 26 ? rest : columnName(Math.floor(index / 26) - 1) + rest;
}

/** The number that a workbook keeps for a day. */
export function dayNumber(date: ApiDate): number {
  return Date.UTC(date.year ?? 0, (date.month ?? 1) - 1, date.day ?? 1) / 86400000 + 25569;
}

/** A name that workbooks take for a sheet: 31 signs at most, none of []:*?/\ among them. */
export function sheetName(name: string): string {
  const fit = name.replace(/[[\]:*?/\\]/g, ' ').trim().replace(/^'+|'+$/g, '').slice(0, 31);
  return fit === '' ? 'Sheet1' : fit;
}

function cell(address: string, kind: ColumnKind, value: CellValue): string {
  if (value === null || value === '') return '';
  if (typeof value === 'number') return Number.isFinite(value) ? `<c r="${address}" s="${STYLE[kind === 'day' ? 'number' : kind]}"><v>${value}</v></c>` : '';
  if (typeof value === 'object') return `<c r="${address}" s="${STYLE.day}"><v>${dayNumber(value)}</v></c>`;
  const style = /^[=+\-@\t\r\n]/.test(value) ? STYLE.quoted : STYLE.text;
  return `<c r="${address}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${xml(value)}</t></is></c>`;
}

// Signs of China are two wide.
const breadth = (text: string) => Array.from(text).reduce((sum, sign) => sum + (sign > '\u00ff' ? 2 : 1), 0);

function width(column: SheetColumn, values: CellValue[]): number {
  const longest = values.reduce<number>((most, value) => Math.max(most, typeof value === 'string' ? breadth(value) : 12), breadth(column.title));
  return Math.min(60, Math.max(10, longest + 2));
}

function worksheet({ columns, rows }: Sheet): string {
  const cols = columns.map((column, i) => {
    const values = rows.slice(0, 200).map((row) => row[i] ?? null);
    return `<col min="${i + 1}" max="${i + 1}" width="${width(column, values)}" customWidth="1"/>`;
  });
  const head = columns.map((column, i) => `<c r="${columnName(i)}1" s="${STYLE.head}" t="inlineStr"><is><t xml:space="preserve">${xml(column.title)}</t></is></c>`);
  const body = rows.map((row, r) =>
    `<row r="${r + 2}">${columns.map((column, i) => cell(`${columnName(i)}${r + 2}`, column.kind, row[i] ?? null)).join('')}</row>`);
  return `${HEAD}<worksheet xmlns="${MAIN}"><dimension ref="A1:${columnName(columns.length - 1)}${rows.length + 1}"/>` +
    '<sheetViews><sheetView tabSelected="1" workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' +
    '<selection pane="bottomLeft" activeCell="A2" sqref="A2"/></sheetView></sheetViews>' +
    `<cols>${cols.join('')}</cols><sheetData><row r="1">${head.join('')}</row>${body.join('')}</sheetData></worksheet>`;
}

/** The workbook of a sheet that `author` takes at a moment. */
export function workbook(sheet: Sheet, author: string, now: Date): Uint8Array<ArrayBuffer> {
  const files: Record<string, string> = {
    '[Content_Types].xml': TYPES,
    '_rels/.rels': relations(relation(1, `${RELATIONS}/officeDocument`, 'xl/workbook.xml'),
      relation(2, `${PACKAGE}/relationships/metadata/core-properties`, 'docProps/core.xml')),
    'docProps/core.xml': `${HEAD}<cp:coreProperties xmlns:cp="${PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>${xml(sheet.name)}</dc:title><dc:creator>${xml(author)}</dc:creator><dcterms:created xsi:type="dcterms:W3CDTF">${now.toISOString().slice(0, 19)}Z</dcterms:created></cp:coreProperties>`,
    'xl/workbook.xml': `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><sheets><sheet name="${xml(sheetName(sheet.name))}" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relations(relation(1, `${RELATIONS}/worksheet`, 'worksheets/sheet1.xml'),
      relation(2, `${RELATIONS}/styles`, 'styles.xml')),
    'xl/styles.xml': STYLES,
    'xl/worksheets/sheet1.xml': worksheet(sheet),
  };
  const bytes = Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)]));
  return zipSync(bytes, { mtime: now }) as Uint8Array<ArrayBuffer>;
}
