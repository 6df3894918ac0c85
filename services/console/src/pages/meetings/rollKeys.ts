// What does a key do on the attendance grid? Columns: came, did not come, reason, who approved it. The last two are there
// only for somebody absent.

export const CAME = 0;
export const ABSENT = 1;
export const REASON = 2;
export const APPROVER = 3;

export interface Cell {
  row: number;
  column: number;
}
/** What a key does: go to a cell, mark the row there, or both. */
export interface Step {
  mark?: 'present' | 'absent' | 'toggle';
  to: Cell;
}

const PAGE = 10;

/** `absent` tells whether a row is marked absent, that is, has the columns of the reason. Null: the key means nothing here. */
export function stepOf(key: string, from: Cell, rows: number, absent: (row: number) => boolean): Step | null {
  const { row, column } = from;
  const on = (to: number, wanted = column): Cell => {
    const at = Math.max(0, Math.min(rows - 1, to));
    return { row: at, column: absent(at) ? wanted : Math.min(wanted, ABSENT) };
  };
  const inField = column >= REASON;
  switch (key) {
    case 'ArrowUp': return inField ? null : { to: on(row - 1) };
    case 'ArrowDown': return inField ? null : { to: on(row + 1) };
    case 'PageUp': return inField ? null : { to: on(row - PAGE) };
    case 'PageDown': return inField ? null : { to: on(row + PAGE) };
    case 'Home': return inField ? null : { to: on(0) };
    case 'End': return inField ? null : { to: on(rows - 1) };
    case 'ArrowLeft': return { to: on(row, Math.max(CAME, column - 1)) };
    case 'ArrowRight': return { to: on(row, Math.min(APPROVER, column + 1)) };
    case '1': return { mark: 'present', to: { row: Math.min(rows - 1, row + 1), column: CAME } };
    // The reason comes next.
    case '2': return { mark: 'absent', to: { row, column: REASON } };
    case ' ': return inField ? null : { mark: 'toggle', to: { row, column } };
    case 'Enter': return inField ? { to: { row: Math.min(rows - 1, row + 1), column: CAME } }
      : { mark: column === CAME ? 'present' : 'absent', to: column === CAME ? { row: Math.min(rows - 1, row + 1), column: CAME } : { row, column: REASON } };
    case 'Escape': return inField ? { to: { row, column: ABSENT } } : null;
    default: return null;
  }
}
