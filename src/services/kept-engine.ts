import { containerOf, containerPid, runOfContainer } from '../launch/container.ts'
import { listProcesses, treeOf } from '../launch/processes.ts'
import { stopServer } from '../launch/stop.ts'
import type { Plan } from '../plan/plan.ts'
import type { Serve } from '../plan/serve.ts'
import { identify, isAlive } from '../run/process-identity.ts'
import { engineInJournal, type Spawned } from '../run/running-engine.ts'
import { listRuns, runStatus } from '../run/runs.ts'

export type KeptEngine = {
  readonly runDirectory: string
  readonly pid: number
  readonly address: string
  readonly model: string
  /** False where its first process has died and others of it are left: they answer nobody, and hold memory. */
  readonly isWhole: boolean
}

type Found = KeptEngine & { readonly spawned: Spawned; readonly serve: Serve | null }

/**
 * The engine of a run that is over, while it still runs: left running on purpose, or left behind when the run was killed. Null where there
 * is none.
 */
export async function keptEngineOf(runDirectory: string): Promise<Found | null> {
  const { events, plan, holder } = await runStatus(runDirectory)
  const engine = engineInJournal(events)
  if (engine === null || holder !== null) return null
  const { spawned } = engine
  const serve = serveOf(plan, spawned)
  const isWhole = await stillRuns(spawned, serve, runDirectory)
  if (!isWhole && !(await isLeftOver(spawned))) return null
  const address = `${spawned.host}:${spawned.port}`
  return { runDirectory, pid: spawned.pid, address, model: spawned.model, isWhole, spawned, serve }
}

/** The engine of the newest run that has one running, at this address (`host:port`) where one is given. */
export async function findKeptEngine(address?: string): Promise<KeptEngine | null> {
  for (const directory of await listRuns()) {
    const kept = await keptEngineOf(directory).catch(() => null)
    if (kept && (address ?? kept.address) === kept.address) return kept
  }
  return null
}

/** Stops the engine that a run left running. False where none runs. */
export async function stopKeptEngine(runDirectory: string): Promise<boolean> {
  const kept = await keptEngineOf(runDirectory)
  if (!kept) return false
  await stopServer({ pid: kept.pid, identity: kept.spawned.identity, cleanUp: kept.serve?.cleanUp })
  return true
}

function serveOf(plan: Plan, { purpose }: Spawned): Serve | null {
  const operation = plan.actions
    .flatMap(({ operations }) => operations)
    .find((one) => one.kind === 'serve' && one.serve.purpose === purpose)
  return operation?.kind === 'serve' ? operation.serve : null
}

/** An engine leads a session; its number is given to nobody else while one of that session lives. */
async function isLeftOver({ pid, identity }: Spawned): Promise<boolean> {
  const here = await identify(process.pid)
  if (identity === undefined || identity.bootId !== here?.bootId || (await identify(pid)) !== null) return false
  return treeOf(pid, await listProcesses()).length > 0
}

/** A container lives on where the command that was started for it has died. */
async function stillRuns({ pid, identity }: Spawned, serve: Serve | null, runDirectory: string): Promise<boolean> {
  if (identity ? await isAlive(identity) : (await identify(pid)) !== null) return true
  const container = serve === null ? null : containerOf(serve.argv)
  if (container === null || (await runOfContainer(container)) !== runDirectory) return false
  return (await containerPid(container)) !== null
}
