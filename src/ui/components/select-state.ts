/** Where the cursor is in a list, and which row is the first one shown. */
type SelectState = { readonly index: number; readonly top: number }

/** Rows in the list, and how many of them are shown at once. */
type SelectExtent = { readonly count: number; readonly height: number }

export type SelectMove = 'up' | 'down' | 'page-up' | 'page-down' | 'first' | 'last'

/** The cursor after a move; it stops at the ends. */
export function moved(state: SelectState, move: SelectMove, extent: SelectExtent): SelectState {
  const page = Math.max(1, extent.height - 1)
  const steps: Record<SelectMove, number> = {
    up: -1,
    down: 1,
    'page-up': -page,
    'page-down': page,
    first: -extent.count,
    last: extent.count,
  }
  return settled({ ...state, index: state.index + steps[move] }, extent)
}

/** The nearest state in which the cursor is on a row and that row is shown. */
export function settled({ index, top }: SelectState, { count, height }: SelectExtent): SelectState {
  const row = Math.max(0, Math.min(index, count - 1))
  const rows = Math.max(1, height)
  const first = Math.max(row - rows + 1, Math.min(top, row))
  return { index: row, top: Math.max(0, Math.min(first, count - rows)) }
}
