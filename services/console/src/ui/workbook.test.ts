import { strFromU8, unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { fileNameOf, type Sheet } from './workbook';
import { columnName, dayNumber, sheetName, workbook, xml } from './xlsx';

const sheet: Sheet = {
  name: '制度/落实',
  columns: [{ title: '党组织', kind: 'text' }, { title: '已完成', kind: 'number' }, { title: '完成率', kind: 'percent' }, { title: '起始', kind: 'day' }],
  rows: [
    ['第一党支部 <甲> & "乙"', 12, 0.9375, { year: 2026, month: 11, day: 1 }],
    ['=HYPERLINK("http://x")', 0, null, null],
    ['+86', -3, 1, null],
  ],
};
const parts = () => {
  const files = unzipSync(workbook(sheet, '王<五>', new Date('2026-11-30T08:00:00Z')));
  return Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, strFromU8(bytes)]));
};

describe('a workbook', () => {
  it('has numbers, shares and days as such', () => {
    const page = parts()['xl/worksheets/sheet1.xml']!;
    expect(page).toContain('<c r="B2" s="3"><v>12</v></c>');
    expect(page).toContain('<c r="C2" s="4"><v>0.9375</v></c>');
    expect(page).toContain(`<c r="D2" s="5"><v>${dayNumber({ year: 2026, month: 11, day: 1 })}</v></c>`);
    expect(page).toContain('<c r="B3" s="3"><v>0</v></c>');
    expect(page).not.toContain('r="C3"');
  });
  it('never has a formula: text stays text', () => {
    const page = parts()['xl/worksheets/sheet1.xml']!;
    expect(page).not.toContain('<f>');
    expect(page).toContain('<c r="A3" s="6" t="inlineStr"><is><t xml:space="preserve">=HYPERLINK(&quot;http://x&quot;)</t></is></c>');
    expect(page).toContain('<c r="A4" s="6" t="inlineStr">');
    expect(page).toContain('<c r="A2" s="2" t="inlineStr"><is><t xml:space="preserve">第一党支部 &lt;甲&gt; &amp; &quot;乙&quot;</t></is></c>');
  });
  it('keeps its head row in sight and says who took it', () => {
    const files = parts();
    expect(files['xl/worksheets/sheet1.xml']).toContain('<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>');
    expect(files['xl/worksheets/sheet1.xml']).toContain('<c r="A1" s="1" t="inlineStr"><is><t xml:space="preserve">党组织</t></is></c>');
    expect(files['xl/workbook.xml']).toContain('name="制度 落实"');
    expect(files['docProps/core.xml']).toContain('<dc:creator>王&lt;五&gt;</dc:creator>');
  });
});

describe('its small parts', () => {
  it('names columns, sheets and files', () => {
    expect([0, 25, 26, 51, 52, 701, 702].map(columnName)).toEqual(['A', 'Z', 'AA', 'AZ', 'BA', 'ZZ', 'AAA']);
    expect(sheetName('[]')).toBe('Sheet1');
    expect(sheetName('一'.repeat(40))).toHaveLength(31);
    expect(fileNameOf('中共某县委员会', '', '制度 落实/2026年')).toBe('中共某县委员会-制度_落实_2026年.xlsx');
  });
  it('counts days as workbooks do', () => {
    expect(dayNumber({ year: 1900, month: 3, day: 1 })).toBe(61);
    expect(dayNumber({ year: 2026, month: 1, day: 1 })).toBe(46023);
  });
  it('leaves out what XML has no place for', () => {
    expect(xml('a\u0000b\u001fc\ud800d\udc00e😀\n')).toBe('abcde😀\n');
  });
});
