import { describe, expect, it } from 'vitest';
import type { ApiDate } from '@/api/types';
import { bytesOf, depthOf, entryPath, figuresOf, headsOf, lastYear, periodOf } from './statistics';

const lines = [{ number: 1, title: '总计' }, { number: 2, title: '工人', group: '职业' }, { number: 3, title: '学生', group: '职业', partOf: 2 }, { number: 4, title: '35岁以下', group: '年龄', partOf: 3 }];
const on = (year: number, month: number, day = 1) => ({ year, month, day }) as ApiDate;

describe('a report', () => {
  it('covers a year that is over, or its first half', () => {
    expect(lastYear('REPORT_KIND_YEAR', on(2026, 11, 30))).toBe(2025);
    expect(lastYear('REPORT_KIND_HALF_YEAR', on(2026, 7))).toBe(2026);
    expect(lastYear('REPORT_KIND_HALF_YEAR', on(2026, 6, 30))).toBe(2025);
    expect(periodOf('REPORT_KIND_HALF_YEAR', 2026)).toEqual({ from: on(2026, 1), to: on(2026, 6, 30) });
    expect(periodOf('REPORT_KIND_YEAR', 2025)).toEqual({ from: on(2025, 1), to: on(2025, 12, 31) });
  });
});

describe('its tables', () => {
  it('have headings over neighbours and lines within lines', () => {
    expect(headsOf(lines)).toEqual([{ title: '', span: 1 }, { title: '职业', span: 2 }, { title: '年龄', span: 1 }]);
    expect(headsOf([{ number: 1, title: '合计' }])).toEqual([]);
    expect(lines.map((line) => depthOf(lines, line))).toEqual([0, 0, 1, 2]);
  });
  it('tell zero from what nobody has said', () => {
    const figure = figuresOf({ table: { rows: [], columns: [] }, cells: [{ row: 1, column: 1, value: '35004' }] });
    expect(figure({ number: 1 }, { number: 1 })).toBe(35004);
    expect(figure({ number: 1 }, { number: 2 })).toBe(0);
    expect(figure({ number: 2, providedBy: 'cadre' }, { number: 1 })).toBeNull();
    expect(figuresOf({ table: { providedBy: 'evaluation' } })({ number: 1 }, { number: 1 })).toBeNull();
  });
  it('lead to what they count', () => {
    expect(['members/7', 'admissionCases/8', 'organizations/9', ''].map(entryPath)).toEqual(['/members/7', '/admission/8', '/members?organization=9', undefined]);
  });
  it('come down as a file in parts', () => {
    expect([...bytesOf('{"content":"UEs="}\n{"content":"AwT/"}\n{}\n')]).toEqual([0x50, 0x4b, 3, 4, 0xff]);
  });
});
