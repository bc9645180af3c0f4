import type { Plan } from '../plan/plan.ts'
import { followJournal } from '../run/follow-journal.ts'
import { runStatus } from '../run/runs.ts'
import { requestStop } from '../run/stop-request.ts'
import { plainRenderer } from '../ui/plain.ts'
import { type CommandIo, say } from './io.ts'

export type Outcome = 'done' | 'failed' | 'stopped' | 'interrupted'

/**
 * Writes a run's events as lines until it ends. Ctrl-C once asks the run to stop; twice leaves it running.
 * `interrupted` means that the run's process is gone and its journal has no end.
 */
export async function followRun(runDirectory: string, plan: Plan, io: CommandIo): Promise<Outcome> {
  const follow = new AbortController()
  const render = plainRenderer(plan, (line) => io.stderr.write(`${line}\n`))
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
      render(event)
      if (event.type !== 'run-finished') continue
      // A run that was taken up again has earlier ends in its journal; what counts is where all of it leads.
      const { status } = await runStatus(runDirectory)
      if (status === 'done' || status === 'failed' || status === 'stopped') return status
      if (status === 'undone') return 'done'
    }
    return 'interrupted'
  } finally {
    clearInterval(isOver)
    process.off('SIGINT', onInterrupt)
  }
}

/** A worker that was killed writes no end: without this, following would wait for ever. */
async function endIfDead(runDirectory: string, follow: AbortController): Promise<void> {
  const { status } = await runStatus(runDirectory)
  if (status === 'interrupted') follow.abort()
}
