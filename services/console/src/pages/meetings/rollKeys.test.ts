import { describe, expect, it } from 'vitest';
import { ABSENT, APPROVER, CAME, REASON, stepOf } from './rollKeys';

const absent = (row: number) => row === 2;
const step = (key: string, row: number, column: number) => stepOf(key, { row, column }, 4, absent);

describe('the attendance grid', () => {
  it('marks present and goes to the next member', () => {
    expect(step('1', 0, CAME)).toEqual({ mark: 'present', to: { row: 1, column: CAME } });
    expect(step('1', 3, CAME)).toEqual({ mark: 'present', to: { row: 3, column: CAME } });
    expect(step('Enter', 1, CAME)).toEqual({ mark: 'present', to: { row: 2, column: CAME } });
  });
  it('marks absent and asks for the reason', () => {
    expect(step('2', 1, CAME)).toEqual({ mark: 'absent', to: { row: 1, column: REASON } });
    expect(step('Enter', 1, ABSENT)).toEqual({ mark: 'absent', to: { row: 1, column: REASON } });
  });
  it('toggles in place', () => expect(step(' ', 1, CAME)).toEqual({ mark: 'toggle', to: { row: 1, column: CAME } }));
  it('walks the rows, and never beyond them', () => {
    expect(step('ArrowUp', 0, CAME)?.to.row).toBe(0);
    expect(step('ArrowDown', 3, CAME)?.to.row).toBe(3);
    expect(step('End', 0, CAME)?.to.row).toBe(3);
    expect(step('PageDown', 0, CAME)?.to.row).toBe(3);
  });
  it('reaches the reason only of somebody absent', () => {
    expect(step('ArrowRight', 1, ABSENT)?.to.column).toBe(ABSENT);
    expect(step('ArrowRight', 2, ABSENT)?.to.column).toBe(REASON);
    expect(step('ArrowRight', 2, REASON)?.to.column).toBe(APPROVER);
    expect(step('ArrowLeft', 2, REASON)?.to.column).toBe(ABSENT);
  });
  it('leaves up and down to a list of reasons, and goes on from it', () => {
    expect(step('ArrowDown', 2, REASON)).toBeNull();
    expect(step('Enter', 2, REASON)).toEqual({ to: { row: 3, column: CAME } });
    expect(step('Escape', 2, REASON)).toEqual({ to: { row: 2, column: ABSENT } });
    expect(step('Tab', 1, CAME)).toBeNull();
  });
});
