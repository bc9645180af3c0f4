import { dirname, resolve } from 'node:path'
import { type ExitName, Problem } from '../core/problem.ts'
import type { Plan } from '../plan/plan.ts'
import { actionProcesses } from './action-process.ts'
import { asOwner } from './as-owner.ts'
import { defined, takeEnvironment } from './environment.ts'
import { openJournal, readJournal } from './journal.ts'
import { endLinger } from './linger.ts'
import { ownerOf } from './owned-file.ts'
import { takeLock } from './run-lock.ts'
import { type RunState, runState } from './run-state.ts'
import { type Outcome, runPlan } from './runner.ts'
import { readPlan } from './runs.ts'
import { onStopRequest } from './stop-request.ts'
import { undoPlan, undoSteps } from './undo.ts'

type WorkerOptions = {
  /** The command line of this program's `worker` command, without its arguments: how action processes are started. */
  readonly command: readonly string[]
  readonly mode: 'do' | 'undo'
}

/**
 * Carries a run out, or goes on with it, or takes it back, and writes the journal: the one process that does. It belongs to no terminal;
 * SIGTERM and SIGINT let it come to an orderly end. Gives the name of its exit code back.
 */
export async function runWorker(directory: string, { command, mode }: WorkerOptions): Promise<ExitName> {
  const runDirectory = resolve(directory)
  const plan = await readPlan(runDirectory)
  const owner = await ownerOf(runDirectory)
  const release = await takeLock(dirname(runDirectory), runDirectory, owner)
  const stop = new AbortController()
  const pause = new AbortController()
  const endWatching = await onStopRequest(runDirectory, (request) => (request === 'stop' ? stop : pause).abort())
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort())
  process.on('SIGHUP', () => undefined)
  try {
    const environment = (await takeEnvironment(runDirectory)) ?? defined(process.env)
    const before = runState(plan, await readJournal(runDirectory))
    refuseWithoutRoot(plan, before, mode)
    const prefix = isRoot() ? await asOwner(owner) : []
    const journal = await openJournal(runDirectory, owner)
    const perform = actionProcesses({ command, runDirectory, owner, asOwner: prefix, environment })
    try {
      const outcome = await (mode === 'undo' ? takeBack : carryOut)({
        plan,
        journal,
        before,
        perform,
        signal: stop.signal,
        pause: pause.signal,
      })
      await journal.append({ type: 'run-finished', outcome })
      await endLinger(runDirectory, journal)
      return exitOf(outcome)
    } finally {
      await journal.close()
    }
  } finally {
    endWatching()
    await release()
  }
}

type Work = Parameters<typeof runPlan>[0]

async function carryOut(work: Work): Promise<Outcome> {
  await work.journal.append({ type: 'run-started', pid: process.pid, recipe: work.plan.recipe, asRoot: isRoot() })
  return runPlan(work)
}

async function takeBack({ plan, journal, before, perform, signal }: Work): Promise<Outcome | 'undone'> {
  await journal.append({ type: 'undo-started', pid: process.pid, asRoot: isRoot() })
  return undoPlan({ steps: undoSteps(plan, before), journal, perform, signal })
}

function exitOf(outcome: Outcome | 'undone'): ExitName {
  if (outcome === 'stopped') return 'interrupted'
  return outcome === 'failed' ? 'failed' : 'ok'
}

function isRoot(): boolean {
  return process.getuid?.() === 0
}

/** Better not to begin than to end half way. */
function refuseWithoutRoot(plan: Plan, before: RunState, mode: WorkerOptions['mode']): void {
  if (isRoot() || !needsRoot(plan, before, mode)) return
  throw new Problem({
    what: 'This run needs root, and its worker is not root.',
    next: 'start it again with rigup apply: that asks for the rights first',
    exit: 'machine',
  })
}

/** True where something that needs root is left to do, or to take back. */
export function needsRoot(plan: Plan, state: Pick<RunState, 'actions'>, mode: WorkerOptions['mode']): boolean {
  if (mode === 'undo') return undoSteps(plan, state).some(({ action }) => action.needsRoot)
  return plan.actions.some(({ needsRoot: root }) => root)
}
