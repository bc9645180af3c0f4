import { stopServer } from '../launch/stop.ts'
import { readJournal } from '../run/journal.ts'
import type { JournalEvent } from '../run/journal-event.ts'
import type { LaunchEvent } from '../run/launch-event.ts'
import { identify, isAlive } from '../run/process-identity.ts'
import { listRuns, readPlan } from '../run/runs.ts'

export type KeptEngine = { runDirectory: string; pid: number; address: string; model: string }

type Spawned = Extract<LaunchEvent, { type: 'spawned' }>

/** The engine that a run left running on purpose, while it still runs; null where there is none. */
export async function keptEngineOf(runDirectory: string): Promise<(KeptEngine & { spawned: Spawned }) | null> {
  const spawned = keptBy(await readJournal(runDirectory))
  if (!spawned || !(await stillRuns(spawned))) return null
  return { runDirectory, pid: spawned.pid, address: `${spawned.host}:${spawned.port}`, model: spawned.model, spawned }
}

/** The newest of all runs that has an engine running. */
export async function findKeptEngine(): Promise<KeptEngine | null> {
  for (const directory of await listRuns()) {
    const kept = await keptEngineOf(directory)
    if (kept) return kept
  }
  return null
}

/** Stops the engine that a run left running. False where none runs. */
export async function stopKeptEngine(runDirectory: string): Promise<boolean> {
  const kept = await keptEngineOf(runDirectory)
  if (!kept) return false
  const plan = await readPlan(runDirectory)
  const serve = plan.actions.flatMap(({ operations }) => operations).findLast((operation) => operation.kind === 'serve')
  const stopped = await stopServer({
    pid: kept.pid,
    identity: kept.spawned.identity,
    cleanUp: serve?.kind === 'serve' ? serve.serve.cleanUp : undefined,
  })
  return stopped.wasRunning
}

/** The start whose engine was kept; null where the last one was stopped or ended. */
function keptBy(events: readonly JournalEvent[]): Spawned | null {
  let spawned: Spawned | null = null
  let kept: Spawned | null = null
  for (const event of events) {
    if (event.type !== 'launch') continue
    if (event.event.type === 'spawned') spawned = event.event
    if (event.event.type === 'kept') kept = spawned
    if (event.event.type === 'stopped' || event.event.type === 'exited') kept = null
  }
  return kept
}

async function stillRuns({ pid, identity }: Spawned): Promise<boolean> {
  return identity ? isAlive(identity) : (await identify(pid)) !== null
}
