import { cut, pad, widthOf } from '../text/width.ts'

/** A column of a list. */
export type Column = {
  /** Numbers stand right. */
  readonly align?: 'left' | 'right'
  /** The column that gives up room first where the line is too long; by default the widest. */
  readonly shrinks?: boolean
  /** Takes the room that is left, so that the columns after it stand at the right edge. */
  readonly grows?: boolean
}

const gap = 2

/** Widths of columns so that every cell fits, made smaller from the shrinking ones on until the line fits into `columns`. */
export function columnWidths(
  layout: readonly Column[],
  rows: readonly (readonly string[])[],
  columns: number,
): number[] {
  const widths = layout.map((_, index) => Math.max(0, ...rows.map((cells) => widthOf(cells[index] ?? ''))))
  let excess = widths.reduce((sum, width) => sum + width, 0) + gap * (layout.length - 1) - columns
  while (excess > 0) {
    const index = nextToShrink(layout, widths)
    if (index === -1) break
    widths[index] = (widths[index] ?? 0) - 1
    excess -= 1
  }
  const growing = layout.findIndex((column) => column.grows)
  if (growing !== -1 && excess < 0) widths[growing] = (widths[growing] ?? 0) - excess
  return widths
}

const narrowest = 4

function nextToShrink(layout: readonly Column[], widths: readonly number[]): number {
  const willing = widths.findIndex((width, index) => layout[index]?.shrinks === true && width > narrowest)
  if (willing !== -1) return willing
  const widest = Math.max(...widths)
  return widest > narrowest ? widths.indexOf(widest) : -1
}

/** One line of cells under those widths. A line with fewer cells ends early. */
export function columnLine(
  cells: readonly string[],
  widths: readonly number[],
  layout: readonly Column[],
  cutSign: string,
): string {
  return cells
    .map((cell, index) => {
      const width = widths[index] ?? 0
      return pad(cut(cell, width, cutSign), width, layout[index]?.align)
    })
    .join(' '.repeat(gap))
}
