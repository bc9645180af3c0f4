import { mkdir, mkdtemp } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { messageOf, Problem } from '#src/core/problem.ts'
import { serve } from '#src/launch/serve.ts'
import type { Serve } from '#src/plan/serve.ts'
import type { LaunchEvent } from '#src/run/launch-event.ts'

export type Launch = {
  readonly events: LaunchEvent[]
  /** Resolves with the Problem of a failed launch, or null. Anything else that is thrown fails the test. */
  readonly done: Promise<Problem | null>
  readonly stop: () => void
  readonly pid: () => number
  /** The first event that is meant; rejects where the launch ends without it. */
  readonly until: (isMeant: (event: LaunchEvent) => boolean) => Promise<LaunchEvent>
}

/** Starts an engine the way a run does, in a run directory of its own. */
export async function launch(request: Serve, environment: Readonly<Record<string, string>>): Promise<Launch> {
  const runDirectory = await mkdtemp(join(tmpdir(), 'rigup-launch-'))
  await mkdir(join(runDirectory, 'logs'))
  const abort = new AbortController()
  const events: LaunchEvent[] = []
  const waiting: { isMeant: (event: LaunchEvent) => boolean; resolve: (event: LaunchEvent) => void }[] = []
  const done = serve(
    { kind: 'serve', serve: request },
    {
      signal: abort.signal,
      log: () => {},
      progress: () => {},
      emit(event) {
        events.push(event)
        for (const { isMeant, resolve } of waiting) if (isMeant(event)) resolve(event)
      },
      environment,
      secrets: [],
      runDirectory,
      logFile: join(runDirectory, 'logs', 'action.log'),
    },
  ).then(
    () => null,
    (error: unknown) => {
      if (error instanceof Problem) return error
      if (abort.signal.aborted) return new Problem({ what: 'stopped', why: messageOf(error), exit: 'interrupted' })
      throw error
    },
  )
  return {
    events,
    done,
    stop: () => abort.abort(),
    pid() {
      const spawned = events.find((event) => event.type === 'spawned')
      if (spawned?.type !== 'spawned') throw new Error('nothing was started')
      return spawned.pid
    },
    until: (isMeant) =>
      new Promise((resolve, reject) => {
        const known = events.find(isMeant)
        if (known) resolve(known)
        waiting.push({ isMeant, resolve })
        void done.then((problem) => reject(new Error(`ended before it: ${problem?.message} ${problem?.why}`)))
      }),
  }
}

/** A port that nobody uses at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
