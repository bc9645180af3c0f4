import { type Answers, noAnswers } from '#steps/answers.ts'
import type { Difference } from '#steps/differences.ts'
import { type StepId, stepIds } from '#steps/step.ts'
import { withCorrections } from '../machine/corrections.ts'
import type { Machine } from '../machine/schema.ts'
import type { FieldPath } from '../recipe/fields.ts'

/** Where the operator is and what was said so far. Everything on the screen follows from it and from the journal. */
export type WizardState = {
  readonly machine: Machine | null
  /** What the operator corrected on the hardware screen, in order; it holds however often the machine is read. */
  readonly corrections: readonly string[]
  /** The machine is still being read; what is there is shown. */
  readonly reading: boolean
  readonly place: StepId
  /** The furthest step that was reached, so that the sidebar can tell done from waiting. */
  readonly reached: StepId
  readonly answers: Answers
  /** The run that was started or attached to. */
  readonly runDirectory: string | null
}

export type WizardAction =
  | { type: 'machine'; machine: Machine; whole: boolean }
  /** The machine with figures that moved, or more facts: nothing was read again. */
  | { type: 'update'; machine: Machine }
  /** `gpus[0].memoryTotalBytes=12GiB`, known to fit the machine. */
  | { type: 'correct'; correction: string }
  | {
      type: 'pick'
      step: StepId
      choice: string
      /** Fields that the row decides: what was set there before gives way to it. */
      decides?: readonly FieldPath[]
    }
  | { type: 'field'; path: FieldPath; value: unknown }
  | { type: 'fields'; fields: Readonly<Record<FieldPath, unknown>> }
  | { type: 'go'; to: StepId }
  | { type: 'back' }
  | { type: 'run'; directory: string }

/** The state before the first key: the answers that flags or a recipe gave, and the run that is attached to. */
export function initialState(answers: Answers = noAnswers, runDirectory: string | null = null): WizardState {
  const place: StepId = runDirectory === null ? 'hardware' : 'install'
  return { machine: null, corrections: [], reading: true, place, reached: place, answers, runDirectory }
}

/** One step of the wizard's life. Pure. */
export function wizardReducer(state: WizardState, action: WizardAction): WizardState {
  switch (action.type) {
    case 'machine':
      return { ...state, machine: corrected(action.machine, state), reading: !action.whole }
    case 'update':
      return { ...state, machine: action.machine }
    case 'correct': {
      if (state.machine === null) return state
      const corrections = [...state.corrections, action.correction]
      return { ...state, corrections, machine: withCorrections(state.machine, [action.correction]) }
    }
    case 'pick':
      return {
        ...state,
        answers: {
          ...state.answers,
          picks: { ...state.answers.picks, [action.step]: action.choice },
          fields: (action.decides ?? []).reduce(
            (fields, path) => withField(fields, path, undefined),
            state.answers.fields,
          ),
        },
      }
    case 'field':
      return {
        ...state,
        answers: { ...state.answers, fields: withField(state.answers.fields, action.path, action.value) },
      }
    case 'fields':
      return { ...state, answers: { ...state.answers, fields: { ...state.answers.fields, ...action.fields } } }
    case 'go':
      return moved(state, action.to)
    case 'back':
      return moved(state, stepIds[stepIds.indexOf(state.place) - 1] ?? state.place)
    case 'run':
      return moved({ ...state, runDirectory: action.directory }, 'install')
  }
}

/** A machine that was read again, with what was corrected, and with what the network answered before. */
function corrected(machine: Machine, { corrections, machine: before }: WizardState): Machine {
  const network = machine.network.value === null && before?.network.value ? before.network : machine.network
  return withCorrections({ ...machine, network }, corrections)
}

function moved(state: WizardState, place: StepId): WizardState {
  const further = stepIds.indexOf(place) > stepIds.indexOf(state.reached)
  return { ...state, place, reached: further ? place : state.reached }
}

/** `undefined` takes a field back to what is recommended. */
function withField(fields: Answers['fields'], path: FieldPath, value: unknown): Answers['fields'] {
  const { [path]: _, ...rest } = fields
  return value === undefined ? rest : { ...rest, [path]: value }
}

/** The step after this one; where a recipe is taken up again, the next one that it leaves in question, or the review. */
export function stepAfter(place: StepId, differences: readonly Pick<Difference, 'step'>[] | null): StepId {
  const here = stepIds.indexOf(place)
  if (differences === null) return stepIds[here + 1] ?? place
  return differences.find(({ step }) => stepIds.indexOf(step) > here)?.step ?? 'review'
}
