import type { Machine } from '#src/machine/schema.ts'
import type { FieldPath } from '#src/recipe/fields.ts'
import type { Resolved } from './answers.ts'
import type { Choice, QuestionStep } from './step.ts'

/** What every screen of a step gets. Screens draw and tell; they decide nothing. */
export type ScreenProps = {
  machine: Machine
  resolved: Resolved
  /** Takes a choice for a step; a choice of an earlier step may change what later steps recommend. */
  pick: (step: QuestionStep, choice: string) => void
  /** Sets one field; `undefined` takes it back to what is recommended. */
  setField: (path: FieldPath, value: unknown) => void
  /** Rows for what was typed, where the step can be searched. */
  search: (step: QuestionStep, text: string) => readonly Choice[]
  /** Reads the model that was named again, where nobody answered before. */
  readModelAgain: () => void
  next: () => void
  back: () => void
}
