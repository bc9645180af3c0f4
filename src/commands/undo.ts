import { printableLine } from '../core/printable.ts'
import { exitCodes, Problem } from '../core/problem.ts'
import { describeOperation } from '../plan/describe.ts'
import { followJournal } from '../run/follow-journal.ts'
import { readJournal } from '../run/journal.ts'
import { goingRun, type RunStatus, readRuns, runStatus } from '../run/runs.ts'
import { startRun } from '../run/start-run.ts'
import { type UndoStep, undoSteps } from '../run/undo.ts'
import { keptEngineOf, stopKeptEngine } from '../services/kept-engine.ts'
import { plainRenderer } from '../ui/plain.ts'
import { askYesNo } from './ask.ts'
import { type CommandIo, say } from './io.ts'
import { unreadableRun } from './status.ts'
import { workerCommandLine } from './worker.ts'

type Undo = { readonly run: RunStatus; readonly steps: readonly UndoStep[]; readonly serves: boolean }

/**
 * `rigup undo`: takes back what rigup itself changed, of all runs, the newest first. What it found done already stays. Says first what it
 * will do, and asks. Gives the exit code.
 */
export async function runUndo({ yes }: { yes: boolean }, io: CommandIo): Promise<number> {
  const undos = await pending(io)
  if (undos.length === 0) {
    say(io, 'There is nothing to take back.')
    return exitCodes.ok
  }
  say(io, ...undos.flatMap(undoLines))
  if (!yes && !(await askYesNo('Take all this back?', io, 'rigup undo --yes takes it back without asking.'))) {
    say(io, 'Nothing was changed.')
    return exitCodes.ok
  }
  for (const { run, steps, serves } of undos) {
    if (serves) await stopKeptEngine(run.directory)
    if (steps.length > 0 && !(await takeBack(run, io))) return exitCodes.failed
  }
  return exitCodes.ok
}

async function pending(io: CommandIo): Promise<Undo[]> {
  const going = await goingRun()
  if (going !== null) {
    throw new Problem({
      what: `The run ${going} goes on.`,
      why: 'What is still being done cannot be taken back.',
      next: 'stop it first: rigup stop',
      exit: 'busy',
    })
  }
  const undos: Undo[] = []
  const { runs, unreadable } = await readRuns()
  for (const directory of unreadable) say(io, printableLine(`${unreadableRun(directory)} Nothing of it is taken back.`))
  for (const run of runs) {
    const steps = undoSteps(run.plan, run)
    const serves = (await keptEngineOf(run.directory)) !== null
    if (steps.length > 0 || serves) undos.push({ run, steps, serves })
  }
  return undos
}

function undoLines({ run, steps, serves }: Undo): string[] {
  return [
    `Of ${run.id}:`,
    ...(serves ? ['  stop the engine that was left running'] : []),
    ...steps.flatMap(({ action, isPartial }) => [
      `  ${action.title}${isPartial ? ' (was not finished)' : ''}${action.needsRoot ? ' (root)' : ''}`,
      ...action.undo.map((operation) => `    ${describeOperation(operation)}`),
    ]),
  ].map(printableLine)
}

/** Takes one run back in the background and tells how it goes. False where something could not be taken back. */
async function takeBack(run: RunStatus, io: CommandIo): Promise<boolean> {
  const seen = (await readJournal(run.directory)).length
  await startRun(run.directory, {
    command: workerCommandLine(),
    mode: 'undo',
    environment: io.environment,
    onTerminal: io.stdin.isTTY ? (work) => work() : null,
  })
  const render = plainRenderer(run.plan, (line) => say(io, line), { runDirectory: run.directory })
  const follow = new AbortController()
  // A worker that is killed writes no end.
  const watch = setInterval(() => void abortIfCutOff(run.directory, follow), 2000)
  try {
    let count = 0
    for await (const event of followJournal(run.directory, follow.signal)) {
      count += 1
      if (count <= seen) continue
      render(event)
      if (event.type === 'run-finished') return event.outcome === 'undone'
    }
    return false
  } finally {
    clearInterval(watch)
  }
}

async function abortIfCutOff(directory: string, follow: AbortController): Promise<void> {
  // What cannot be read just now is looked at again.
  const run = await runStatus(directory).catch(() => null)
  if (run?.status === 'interrupted') follow.abort()
}
