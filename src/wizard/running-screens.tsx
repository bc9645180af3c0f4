import { useEffect, useMemo, useRef, useState } from 'react'
import { InstallScreen, installView, launchActionIds } from '#steps/install/screen.tsx'
import { RecipeScreen } from '#steps/recipe/screen.tsx'
import type { StepId } from '#steps/step.ts'
import type { Advice } from '../advice/advice.ts'
import type { Diagnosis } from '../diagnosis/schema.ts'
import { harmlessReason } from '../log/harmless.ts'
import type { Machine } from '../machine/schema.ts'
import type { PlanContext } from '../plan/context.ts'
import { baseUrl } from '../plan/engines/serving.ts'
import type { FieldPath } from '../recipe/fields.ts'
import { callableName } from '../recipe/files.ts'
import type { Recipe } from '../recipe/schema/recipe.ts'
import { LaunchScreen } from '../ui/views/launch-screen.tsx'
import { withRetryLadder } from './launch-fixes.ts'
import { logExcerpt } from './log-excerpt.ts'
import type { Session } from './session.ts'
import { useFollowedLog } from './use-followed-log.ts'
import { useGauges } from './use-gauges.ts'
import type { RunFeed } from './use-run.ts'

type RunningScreensProps = {
  place: Extract<StepId, 'install' | 'launch' | 'recipe'>
  run: RunFeed
  session: Session
  machine: Machine | null
  message: string | null
  advice: readonly Advice[]
  onTerminal: (work: () => Promise<void>) => Promise<void>
  go: (to: StepId) => void
  /** Fields that fixes have changed so far. */
  changed: readonly FieldPath[]
  /** Takes a fix into the answers; what follows is a new plan and a new run. */
  setFields: (fields: Readonly<Record<FieldPath, unknown>>) => void
  /** Runs this recipe again, with the engine kept. */
  startKept: (recipe: Recipe) => void
  onSaved: (path: string) => void
  report: (error: unknown) => void
  leave: () => void
}

/** The screens of a run: what is installed, the launch, and the recipe that comes out. All of them only read the journal. */
export function RunningScreens(props: RunningScreensProps) {
  const { place, run, session, machine, go, report, leave } = props
  const { directory, plan, view } = run
  const [here, setHere] = useState<string | null>(null)
  const shown = here ?? view.actions.find(({ state }) => state === 'running')?.id ?? null
  const actionLog = useFollowedLog(directory, view.actions.find(({ id }) => id === shown)?.log ?? null)
  const engineLog = useFollowedLog(directory, run.launch.log, { recipe: run.recipe })
  const gauges = useGauges(place === 'launch' && run.launch.startedAt !== null && run.launch.endedAt === null)
  const { finished, saveAgain } = useFinished(props)

  const installed = installView(view, plan).status === 'done'
  useOnce(installed && place === 'install' && launchActionIds(plan).length > 0, () => go('launch'))
  const retry = () => void session.resume(directory, props.onTerminal).catch(report)
  const stop = () => void session.stop(directory).catch(report)
  const pause = () => void session.stop(directory, 'pause').catch(report)
  const undo = () => void session.undo(directory, props.onTerminal).catch(report)

  if (place === 'install') {
    return (
      <InstallScreen
        view={view}
        plan={plan}
        buffer={actionLog.buffer}
        onHighlight={setHere}
        controls={{ retry, stop, pause, undo, leave, edit: () => go('engine'), next: () => go('launch') }}
      />
    )
  }
  if (place === 'launch') {
    const launchFailed = run.failed !== null && launchActionIds(plan).includes(run.failed.action)
    const diagnosis = launchFailed ? diagnosisOf(props, engineLog.diagnosis(run.launch.exit ?? undefined)) : null
    return (
      <LaunchScreen
        view={run.launch}
        buffer={engineLog.buffer}
        diagnosis={diagnosis}
        gauges={gauges.gauges}
        diskBytesPerSecond={gauges.diskBytesPerSecond}
        harmlessReason={harmlessReason}
        isRunOver={view.status !== 'running' && view.status !== 'undoing' && view.status !== 'new'}
        controls={{
          retry,
          stop,
          leave,
          edit: () => go('quantize'),
          back: () => go('install'),
          copy:
            run.launch.state === 'proved'
              ? { text: () => baseUrl(run.recipe), what: 'address' }
              : { text: () => logExcerpt(engineLog.buffer, diagnosis?.evidence[0]?.line), what: 'log' },
          applyFix: ({ change }) => {
            if (change.kind !== 'recipe') return
            // The same once more.
            if (Object.keys(change.set).length === 0) return retry()
            props.setFields(change.set)
            go('review')
          },
          ...(view.status === 'done' ? { next: () => go('recipe') } : {}),
        }}
      />
    )
  }
  return (
    <RecipeScreen
      recipe={finished?.recipe ?? run.recipe}
      plan={plan}
      path={finished?.path ?? null}
      saveAgain={saveAgain}
      callableName={finished ? callableName(finished.path, session.directories.recipes) : run.recipe.name}
      isRunning={run.launch.after === 'kept'}
      address={baseUrl(run.recipe)}
      message={props.message}
      stopEngine={() => void session.stopEngine(directory).then(leave, report)}
      startEngine={machine ? () => props.startKept(run.recipe) : undefined}
      exports={
        machine && finished
          ? {
              targets: session.exports.targets,
              write: (name) => session.exports.write(finished.path, name, machine),
            }
          : undefined
      }
      leave={leave}
      back={() => go('launch')}
    />
  )
}

/** What the log says is the cause; where it names none, what the journal says happened. */
function diagnosisOf(
  { run: { failed, recipe, starts }, machine, changed }: RunningScreensProps,
  diagnosis: Diagnosis,
): Pick<Diagnosis, 'explanation' | 'evidence' | 'fixes'> {
  if (diagnosis.cause !== null || !failed)
    return withRetryLadder(diagnosis, { recipe, machine, attempts: starts, changed })
  return { explanation: [failed.what, failed.why, failed.next].filter(Boolean).join(' '), evidence: [], fixes: [] }
}

/** Saves the verified recipe once the run is through, and again where it could not be and that is wanted. */
function useFinished({ run, session, machine, advice, onSaved, report }: RunningScreensProps): {
  finished: { recipe: Recipe; path: string } | null
  saveAgain: (() => void) | undefined
} {
  const [finished, setFinished] = useState<{ recipe: Recipe; path: string } | null>(null)
  const [isRefused, setRefused] = useState(false)
  const context = useMemo<PlanContext | null>(
    () =>
      machine
        ? { recipe: run.recipe, machine, lock: null, directories: session.directories, proofModel: session.proofModel }
        : null,
    [run.recipe, machine, session],
  )
  const save = () => {
    if (!context) return
    setRefused(false)
    session.finish(run.directory, context, advice).then(
      (result) => {
        setFinished(result)
        onSaved(result.path)
      },
      (error: unknown) => {
        setRefused(true)
        report(error)
      },
    )
  }
  useOnce(run.view.status === 'done' && context !== null, save)
  return { finished, saveAgain: isRefused ? save : undefined }
}

/** Runs an effect the first time that a condition holds. */
function useOnce(condition: boolean, effect: () => void): void {
  const done = useRef(false)
  useEffect(() => {
    if (!condition || done.current) return
    done.current = true
    effect()
  })
}
