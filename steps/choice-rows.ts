import { printableLine } from '#src/core/printable.ts'
import type { Choice } from './step.ts'

/** A choice as a row of a list: its cells, why it cannot be taken, and what is said about it. */
export function choiceRow(choice: Choice, recommended?: string) {
  return {
    id: choice.id,
    value: choice,
    // An id or a folder may have been typed or come from a recipe.
    cells: choice.cells.map(printableLine),
    disabled: choice.state === 'no' ? printableLine(choice.note ?? 'not here') : undefined,
    remark: [choice.id === recommended ? '(recommended)' : '', printableLine(choice.note ?? '')]
      .filter(Boolean)
      .join(' '),
  }
}

/** The first column is a name, the others are numbers and short words. */
export function choiceColumns(choices: readonly Choice[]) {
  const count = Math.max(1, ...choices.map((choice) => choice.cells.length))
  return Array.from({ length: count }, (_, index) => ({ align: index === 0 ? ('left' as const) : ('right' as const) }))
}
