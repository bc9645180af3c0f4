import type { Advice } from '#src/advice/advice.ts'
import type { Machine } from '#src/machine/schema.ts'
import type { FieldPath } from '#src/recipe/fields.ts'
import type { Recipe } from '#src/recipe/schema/recipe.ts'
import type { FieldSpec } from './field-spec.ts'
import type { ModelReadings } from './model/reading.ts'

/** The steps that ask, in order. A new one is a folder and its name here; the compiler then asks for its question and its fields. */
export const questionIds = ['model', 'engine', 'quantize', 'memory'] as const
export type QuestionId = (typeof questionIds)[number]

/** The steps of the wizard, in order. */
export const stepIds = ['hardware', ...questionIds, 'review', 'install', 'launch', 'recipe'] as const
export type StepId = (typeof stepIds)[number]

/** One answer to a step's question. */
export type Choice = {
  id: string
  /** Cells of its row: the first is its name, further ones are aligned below each other. */
  cells: readonly string[]
  /** ok: works. tight: works, with little to spare. no: cannot work, and the row says why. */
  state: 'ok' | 'tight' | 'no'
  /** One short sentence for the row: what follows, or why not. */
  note?: string
  /** What choosing it writes into the recipe. */
  set: Readonly<Record<FieldPath, unknown>>
  /** Why, and what to know; the first `recommend` is shown under the choices. */
  advice: readonly Advice[]
}

/** What a step offers on this machine, after the answers of the steps before it. */
export type Offer = {
  choices: readonly Choice[]
  /** The id of the choice that is preselected; always one of `choices`. */
  recommended: string
  /** The id of the choice that the operator named by a flag, a recipe or a setting; it is taken, even where it cannot work. */
  asked?: string | undefined
  /** Advice about the step as a whole, whatever is chosen. */
  advice: readonly Advice[]
  /** Bars to draw: how each GPU's memory would be used, in bytes, with the choice's id. */
  memory?: Readonly<Record<string, MemoryUse>>
}

/** How the memory of one GPU (or of the host, for a CPU engine) is used. */
export type MemoryUse = {
  /** The settings that it follows from, in a line: layout, length, utilization. */
  settings: string
  label: string
  totalBytes: number
  parts: readonly { name: 'weights' | 'kv' | 'graphs' | 'other'; bytes: number }[]
}

export type OfferInput = {
  machine: Machine
  /** The recipe as it stands after the steps before this one. */
  recipe: Recipe
  /** Single fields that the operator set, of every step. */
  asked: Readonly<Record<FieldPath, unknown>>
  /** Models that were read because the operator named them. */
  readings?: ModelReadings | undefined
}

/** A step that asks one question and writes a part of the recipe. Pure: the same machine and answers give the same offer. */
export type QuestionStep = {
  id: QuestionId
  /** What is asked, as a full sentence. */
  question: string
  /** The recipe fields it answers: each is a flag too, and can be changed on its own behind the choices. */
  fields: readonly FieldSpec[]
  offer(input: OfferInput): Offer
  /** How old the facts are that it decides with; absent: it reads them all from the machine. */
  age?(recipe: Recipe, today: Date): Advice
  /** Further rows for what was typed, where there are more than an offer can hold; absent: nothing can be typed. */
  search?(text: string, input: OfferInput): readonly Choice[]
  /** Narrows the settings shown to those that mean something for this recipe; absent: all. */
  shows?(field: FieldSpec, recipe: Recipe): boolean
}
