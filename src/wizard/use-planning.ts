import { useMemo } from 'react'
import { type Answers, emptyRecipe, type Resolved, resolve } from '#steps/answers.ts'
import { type Difference, differencesOf } from '#steps/differences.ts'
import { withKeptLock } from '#steps/kept-lock.ts'
import { modelToRead } from '#steps/model/reading.ts'
import { questionSteps } from '#steps/question-steps.ts'
import type { Choice, QuestionStep } from '#steps/step.ts'
import type { Advice } from '../advice/advice.ts'
import { contradictionsOf } from '../advice/contradictions/contradictions.ts'
import { localise } from '../advice/localise.ts'
import { modelFacts } from '../advice/model-facts.ts'
import type { PlanContext } from '../plan/context.ts'
import type { LoadedRecipe } from '../recipe/files.ts'
import type { Session } from './session.ts'
import { useModelReadings } from './use-model-readings.ts'
import type { WizardState } from './wizard-state.ts'

type Wishes = {
  readonly answers: Answers
  readonly name: string | undefined
  readonly given: Pick<LoadedRecipe, 'recipe' | 'lock'> | null
}

/** What follows from the machine and the answers so far; null where nothing does yet. */
type Planning = {
  readonly resolved: Resolved | null
  /** What a plan is made from, and what speaks against carrying it out. */
  readonly prepared: { readonly context: PlanContext; readonly refusals: readonly Advice[] } | null
  /** What a recipe that is taken up again leaves in question here; null for another start. */
  readonly differences: readonly Difference[] | null
  /** All that was advised about the choices, in the order of the steps. */
  readonly advice: readonly Advice[]
  readonly search: (step: QuestionStep, text: string) => readonly Choice[]
  readonly readModelAgain: () => void
}

/** Reckons offers, recipe and contradictions anew where the machine or an answer has changed, and only then. */
export function usePlanning(session: Session, state: WizardState, { answers, name, given }: Wishes): Planning {
  const { machine } = state
  // Not before the first question: the hardware screen needs none of it, and is drawn while the machine is still being read.
  const isAsked = state.place !== 'hardware' || (given !== null && !state.reading)
  const { readings, again } = useModelReadings(session, answers.readings ?? {}, modelToRead(state.answers.fields))
  const resolved = useMemo(
    () => (machine && isAsked ? resolve(questionSteps, machine, { ...state.answers, readings }, name) : null),
    [machine, isAsked, state.answers, readings, name],
  )
  const prepared = useMemo(() => {
    if (!machine || !resolved) return null
    const { directories, proofModel } = session
    // The same that `rigup apply` makes of the recipe, so that both plan the same.
    const kept = withKeptLock(resolved.recipe, given)
    const { recipe } = localise(kept.recipe, machine)
    const context: PlanContext = { recipe, machine, directories, proofModel, lock: kept.lock }
    const contradictions = contradictionsOf(recipe, machine, modelFacts(recipe))
    return { context, refusals: contradictions.filter(({ kind }) => kind === 'refuse') }
  }, [machine, resolved, session, given])
  const differences = useMemo(
    () => (given && machine && resolved ? differencesOf(questionSteps, given.recipe, resolved, machine) : null),
    [given, machine, resolved],
  )
  return {
    resolved,
    prepared,
    differences,
    advice: resolved ? adviceOf(resolved) : [],
    search: (step, text) =>
      (machine &&
        step.search?.(text, { machine, recipe: emptyRecipe(name ?? 'new'), asked: state.answers.fields, readings })) ??
      [],
    readModelAgain: again,
  }
}

function adviceOf({ chosen, offers }: Resolved): Advice[] {
  return questionSteps.flatMap(({ id }) => [...(chosen[id]?.advice ?? []), ...(offers[id]?.advice ?? [])])
}
