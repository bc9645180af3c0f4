import type { Advice } from '#src/advice/advice.ts'
import { contradictionsOf } from '#src/advice/contradictions/contradictions.ts'
import { modelFacts } from '#src/advice/model-facts.ts'
import { machineFingerprint } from '#src/machine/fingerprint.ts'
import type { Machine } from '#src/machine/schema.ts'
import type { Recipe } from '#src/recipe/schema/recipe.ts'
import type { Resolved } from './answers.ts'
import type { QuestionStep, StepId } from './step.ts'

/** A step that a recipe leaves in question on this machine. */
export type Difference = {
  readonly step: StepId
  /** What is wrong with the recipe's answer here, in one sentence. */
  readonly what: string
  /** What is offered instead: the name of a choice, or a way out in words; null where nothing is known. */
  readonly instead: string | null
}

/**
 * What a recipe that is taken up again leaves in question on a machine, a step each, in their order: an answer that cannot work here, or
 * works otherwise than meant; and, on another machine than it was made on, an answer that would not be recommended here. The model is
 * the operator's wish, so that it is in question only where it cannot work. Pure.
 */
export function differencesOf(
  steps: readonly QuestionStep[],
  given: Recipe,
  resolved: Resolved,
  machine: Machine,
): Difference[] {
  const contradictions = contradictionsOf(resolved.recipe, machine, modelFacts(resolved.recipe))
  const isElsewhere = given.machine !== undefined && given.machine.fingerprint !== machineFingerprint(machine)
  return steps.flatMap((step) => {
    const found = contradictions.find((advice) => advice.kind !== 'note' && isAbout(advice, step))
    const difference = found
      ? { what: `${found.what} ${found.why}`, instead: found.instead ?? null }
      : byChoice(step, resolved, isElsewhere)
    return difference ? [{ step: step.id, ...difference }] : []
  })
}

function isAbout({ about }: Advice, step: QuestionStep): boolean {
  return step.fields.some(({ path }) => path === about || path.startsWith(`${about}.`) || about.startsWith(`${path}.`))
}

function byChoice(step: QuestionStep, { offers, chosen }: Resolved, isElsewhere: boolean) {
  const offer = offers[step.id]
  const choice = chosen[step.id]
  if (!offer || !choice) return null
  const recommended = offer.choices.find(({ id }) => id === offer.recommended)
  const instead = recommended && recommended.id !== choice.id ? (recommended.cells[0] ?? null) : null
  if (choice.state === 'no') return { what: choice.note ?? 'This cannot work here.', instead }
  if (!isElsewhere || instead === null || step.id === 'model') return null
  const reason = recommended?.advice.find(({ kind }) => kind === 'recommend')
  return { what: reason ? `${reason.what} ${reason.why}` : 'Here another answer is recommended.', instead }
}
