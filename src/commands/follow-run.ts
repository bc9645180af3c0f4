import { readFile } from 'node:fs/promises'
import { printableLine } from '../core/printable.ts'
import { type ExitName, exitCodes, Problem } from '../core/problem.ts'
import type { Plan } from '../plan/plan.ts'
import { workerLogPath } from '../run/background.ts'
import { followJournal } from '../run/follow-journal.ts'
import { runStatus } from '../run/runs.ts'
import { requestStop } from '../run/stop-request.ts'
import { plainRenderer } from '../ui/plain.ts'
import { type CommandIo, say } from './io.ts'

/** left: it goes on without this terminal. interrupted: its process is gone, and its journal has no end. */
type Outcome = 'done' | 'failed' | 'stopped' | 'left' | 'interrupted'

/**
 * Writes a run's events as lines until it ends. Ctrl-C once asks the run to stop; twice leaves it running. The first `told` events,
 * of earlier attempts, are not told again.
 */
export async function followRun(runDirectory: string, plan: Plan, io: CommandIo, told = 0): Promise<Outcome> {
  const follow = new AbortController()
  let count = 0
  const write = (line: string) => {
    if (count > told) io.stderr.write(`${line}\n`)
  }
  const render = plainRenderer(plan, write, { runDirectory })
  const isOver = setInterval(() => void endIfDead(runDirectory, follow), 2000)
  let asked = false
  const onInterrupt = () => {
    if (asked) {
      follow.abort()
      return
    }
    asked = true
    say(io, 'Stopping. Ctrl-C again leaves it running.')
    void requestStop(runDirectory)
  }
  process.on('SIGINT', onInterrupt)
  try {
    for await (const event of followJournal(runDirectory, follow.signal)) {
      count += 1
      render(event)
      if (event.type !== 'run-finished' || count <= told) continue
      // A run that was taken up again has earlier ends in its journal; what counts is where all of it leads.
      const { status } = await runStatus(runDirectory)
      if (status === 'done' || status === 'failed' || status === 'stopped') return status
      if (status === 'undone') return 'done'
    }
    return (await runStatus(runDirectory)).status === 'interrupted' ? 'interrupted' : 'left'
  } finally {
    clearInterval(isOver)
    process.off('SIGINT', onInterrupt)
  }
}

/** A worker that was killed writes no end: without this, following would wait for ever. */
async function endIfDead(runDirectory: string, follow: AbortController): Promise<void> {
  // What cannot be read just now is looked at again.
  const run = await runStatus(runDirectory).catch(() => null)
  if (run?.status === 'interrupted') follow.abort()
}

/** Says what a run that did not come to a good end leaves, and gives the exit code: that of the action which failed. */
export async function sayUnfinished(
  runDirectory: string,
  outcome: Exclude<Outcome, 'done'>,
  io: CommandIo,
): Promise<number> {
  switch (outcome) {
    case 'left':
      say(io, 'The run goes on in the background: rigup attaches to it, rigup stop ends it.')
      return exitCodes.interrupted
    case 'stopped':
      say(io, 'What is done stays: the same command goes on from here, rigup undo takes it back.')
      return exitCodes.interrupted
    case 'interrupted':
      throw await cutOff(runDirectory)
    case 'failed':
      return exitCodes[await exitOfFailure(runDirectory)]
  }
}

async function exitOfFailure(runDirectory: string): Promise<ExitName> {
  const { events } = await runStatus(runDirectory)
  const failed = events.findLast((event) => event.type === 'action-failed')
  const names = Object.keys(exitCodes) as ExitName[]
  return names.find((name) => name === failed?.exit) ?? 'failed'
}

async function cutOff(runDirectory: string): Promise<Problem> {
  const log = workerLogPath(runDirectory)
  const text = await readFile(log, 'utf8').catch(() => '')
  return new Problem({
    what: 'The process that carries the run out is gone before the run came to its end.',
    why: printableLine(text.trim().split('\n').at(-1) ?? '') || 'It says nothing: it was killed, or the machine was.',
    next: 'run the same command again: it goes on from there',
    log,
    exit: 'failed',
  })
}
