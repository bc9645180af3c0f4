import { Text, useApp } from 'ink'
import { useCallback, useEffect, useReducer, useState } from 'react'
import type { Answers, Resolved } from '#steps/answers.ts'
import { HardwareScreen } from '#steps/hardware/screen.tsx'
import { planOf } from '#steps/plan-of-recipe.ts'
import { QuestionScreen } from '#steps/question-screen.tsx'
import { questionSteps } from '#steps/question-steps.ts'
import { DifferencesScreen } from '#steps/recipe/differences-screen.tsx'
import { ReviewScreen } from '#steps/review/screen.tsx'
import type { ScreenProps } from '#steps/screen.ts'
import type { QuestionStep, StepId } from '#steps/step.ts'
import { risksOf } from '../advice/risks/risks.ts'
import { messageOf, Problem } from '../core/problem.ts'
import { recordedMachine } from '../machine/corrections.ts'
import { applyOverrides } from '../machine/overrides.ts'
import { machineSummary } from '../machine/summary.ts'
import type { PlanContext } from '../plan/context.ts'
import type { FieldPath } from '../recipe/fields.ts'
import type { LoadedRecipe } from '../recipe/files.ts'
import type { Recipe } from '../recipe/schema/recipe.ts'
import { Frame } from '../ui/components/frame.tsx'
import { useTheme } from '../ui/context.tsx'
import { bind, commands } from '../ui/keys/commands.ts'
import { useInterrupt } from '../ui/keys/use-interrupt.ts'
import { useKeys } from '../ui/keys/use-keys.ts'
import { useHandover } from '../ui/use-handover.ts'
import { RunningScreens } from './running-screens.tsx'
import type { Session } from './session.ts'
import { AdviceSide, placeOf, stepMarks } from './side.tsx'
import { usePlanning } from './use-planning.ts'
import { useRun } from './use-run.ts'
import { initialState, stepAfter, wizardReducer } from './wizard-state.ts'

export type WizardProps = {
  session: Session
  answers: Answers
  /** The recipe's name; absent: from the model. */
  name?: string | undefined
  /** A run to attach to. */
  runDirectory: string | null
  /** The recipe that is taken up again, with its lock: only what differs here is asked about. */
  given?: Pick<LoadedRecipe, 'recipe' | 'lock'> | null
}

/** What the wizard ended with, for the lines that stay in the shell. */
export type WizardResult = {
  saved: string | null
  runDirectory: string | null
  /** The run goes on. */
  runs: boolean
  /** Left with Ctrl-C. */
  interrupted: boolean
}

/** The whole wizard: which step is on, and what it is given. */
export function Wizard({ session, answers, name, runDirectory, given = null }: WizardProps) {
  const { exit } = useApp()
  const handover = useHandover()
  const theme = useTheme()
  const [state, dispatch] = useReducer(wizardReducer, undefined, () => initialState(answers, runDirectory))
  const [message, setMessage] = useState<string | null>(null)
  const [changed, setChanged] = useState<readonly FieldPath[]>([])
  const [saved, setSaved] = useState<string | null>(null)
  const run = useRun(session, state.runDirectory)

  const read = useCallback(() => {
    session
      .readMachine((machine) => dispatch({ type: 'machine', machine, whole: false }))
      .then(
        (machine) => dispatch({ type: 'machine', machine, whole: true }),
        (error: unknown) => setMessage(messageOf(error)),
      )
  }, [session])
  useEffect(read, [read])

  const { machine } = state
  const { resolved, prepared, differences, advice, search, readModelAgain } = usePlanning(session, state, {
    answers,
    name,
    given,
  })
  const [seesMachine, seeMachine] = useState(given === null)

  const isRunning = run?.view.status === 'running' || run?.view.status === 'undoing'
  const end = (interrupted: boolean) =>
    exit({ saved, runDirectory: state.runDirectory, runs: isRunning, interrupted } satisfies WizardResult)
  const leave = () => end(false)
  const leaving = useInterrupt(() => end(true))
  useKeys([bind(commands.quit, leave)], { layer: 'frame' })

  const onTerminal = (work: () => Promise<void>) => handover(work)
  const report = (error: unknown) => setMessage(error instanceof Problem ? inOneParagraph(error) : messageOf(error))
  const go = (to: StepId) => {
    setMessage(null)
    dispatch({ type: 'go', to })
  }
  /** To the next step, or to the next one that is in question. */
  const next = () => go(stepAfter(state.place, differences))
  const back = () => {
    setMessage(null)
    dispatch({ type: 'back' })
  }
  const begin = (context: PlanContext) => {
    session
      .start(context, planOf(context), onTerminal)
      .then((directory) => dispatch({ type: 'run', directory }), report)
  }
  const step = questionSteps.find(({ id }) => id === state.place)
  const footer = leaving ? (
    <Text
      {...theme.warn}
    >{`Ctrl-C again leaves rigup.${isRunning ? ' The run goes on, and rigup attaches to it again.' : ' Nothing runs.'}`}</Text>
  ) : undefined

  const screenProps: ScreenProps | null =
    machine && resolved
      ? {
          machine,
          resolved,
          pick: (of, choice) =>
            dispatch({ type: 'pick', step: of.id, choice, decides: decidedBy(of, choice, resolved) }),
          setField: (path, value) => dispatch({ type: 'field', path, value }),
          search,
          readModelAgain,
          next,
          back,
        }
      : null

  const aside = step
    ? (resolved?.chosen[step.id]?.advice ?? [])
    : state.place === 'hardware' && machine
      ? risksOf(machine).map(({ advice }) => advice)
      : null
  return (
    <Frame
      title={titleOf(session, machine && !state.reading ? machineSummary(machine) : null)}
      place={placeOf(state.place)}
      {...(state.place === 'launch' ? {} : { steps: stepMarks(state.place, state.reached, run?.view ?? null) })}
      {...(aside ? { panel: (size) => <AdviceSide advice={aside} {...size} /> } : {})}
      footer={footer}
    >
      {state.place === 'hardware' && !seesMachine && given && machine && resolved && differences ? (
        <DifferencesScreen
          given={given.recipe}
          machine={machine}
          resolved={resolved}
          differences={differences}
          next={next}
          seeMachine={() => seeMachine(true)}
        />
      ) : state.place === 'hardware' ? (
        <HardwareScreen
          machine={machine}
          reading={state.reading}
          message={message}
          tools={session.hardware}
          next={next}
          readAgain={() => {
            setMessage(null)
            read()
          }}
          update={(fresh) => dispatch({ type: 'update', machine: fresh })}
          override={(correction) => {
            try {
              if (machine) applyOverrides(machine, [correction])
              dispatch({ type: 'correct', correction })
              setMessage(null)
            } catch (error) {
              report(error)
            }
          }}
        />
      ) : null}
      {step && screenProps ? <QuestionScreen key={step.id} step={step} {...screenProps} /> : null}
      {state.place === 'review' && prepared ? (
        <ReviewScreen
          plan={planOf(prepared.context)}
          refusals={prepared.refusals}
          isSaved={session.isSaved}
          keepsEngine={prepared.context.recipe.server.afterTest === 'keep'}
          setKeepsEngine={(keeps) =>
            dispatch({ type: 'field', path: 'server.afterTest', value: keeps ? 'keep' : 'stop' })
          }
          message={message}
          back={back}
          save={() => {
            session.saveDraft(drafted(prepared.context), advice).then((path) => {
              setSaved(path)
              setMessage(`Saved: ${path}`)
            }, report)
          }}
          go={() => begin(prepared.context)}
        />
      ) : null}
      {run && (state.place === 'install' || state.place === 'launch' || state.place === 'recipe') ? (
        <RunningScreens
          key={run.directory}
          place={state.place}
          run={run}
          session={session}
          machine={machine}
          message={message}
          advice={advice}
          onTerminal={onTerminal}
          go={go}
          changed={changed}
          setFields={(fields) => {
            setChanged([...changed, ...Object.keys(fields)])
            dispatch({ type: 'fields', fields })
          }}
          startKept={(recipe) => {
            if (!machine) return
            const { directories, proofModel } = session
            const server = { ...recipe.server, afterTest: 'keep' as const }
            begin({ recipe: { ...recipe, server }, machine, directories, proofModel, lock: null })
          }}
          onSaved={(path) => {
            setSaved(path)
            setMessage(null)
          }}
          report={report}
          leave={leave}
        />
      ) : null}
    </Frame>
  )
}

/** The settings that another row than the chosen one brings along; enter on the chosen row changes nothing. */
function decidedBy(step: QuestionStep, choice: string, { offers, chosen }: Resolved): readonly FieldPath[] {
  if (chosen[step.id]?.id === choice) return []
  const set = offers[step.id]?.choices.find(({ id }) => id === choice)?.set ?? {}
  // Only the step's own: a checkpoint that is picked later does not take back the model that was named.
  return step.fields.map(({ path }) => path).filter((path) => Object.hasOwn(set, path))
}

/** A draft says which machine it is for, and what was corrected on it. */
function drafted({ recipe, machine }: PlanContext): Recipe {
  return { ...recipe, machine: recordedMachine(machine, machineSummary(machine)) }
}

function inOneParagraph({ message, why, next }: Problem): string {
  return [message, why, next && `Next: ${next}`].filter(Boolean).join(' ')
}

function titleOf(session: Session, summary: string | null): string {
  return `${session.isSaved ? 'saved machine' : 'this machine'}${summary ? ` · ${summary}` : ''}`
}
