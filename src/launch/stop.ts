import { setTimeout as delay } from 'node:timers/promises'
import { hasCode, Problem } from '../core/problem.ts'
import type { Serve } from '../plan/serve.ts'
import { identify, isAlive, type ProcessIdentity } from '../run/process-identity.ts'
import { runCleanUp } from './clean-up.ts'
import { listProcesses, treeOf } from './processes.ts'

type StopRequest = {
  readonly pid: number
  /** The process as it was when it started: a later process with the same number is left alone. */
  readonly identity?: ProcessIdentity | undefined
  /** Commands that end what signals do not reach: a container. */
  readonly cleanUp?: Serve['cleanUp']
  /** Seconds to wait after SIGINT, and again after SIGTERM. */
  readonly patienceSeconds?: number
}

type Stopped = {
  /** False where it had ended before. */
  readonly wasRunning: boolean
  readonly seconds: number
  /** The signal that was needed. */
  readonly by: 'SIGINT' | 'SIGTERM' | 'SIGKILL' | null
}

const pollMilliseconds = 100

/**
 * Ends an engine with everything that belongs to it: SIGINT to its first process, which lets vLLM end its workers itself
 * (about 4 s), then SIGTERM and SIGKILL to whatever of the tree is left. Resolves when no process of it runs any more.
 */
export async function stopServer(request: StopRequest): Promise<Stopped> {
  const stopped = await stopTree(request)
  await runCleanUp(request.cleanUp ?? [])
  return stopped
}

async function stopTree(request: StopRequest): Promise<Stopped> {
  const { pid, identity, patienceSeconds = 20 } = request
  const begin = performance.now()
  const seconds = (): number => (performance.now() - begin) / 1000
  if (identity && !(await isAlive(identity)) && (await identify(pid)) !== null) {
    // The number belongs to another process now. A number is not given away while its session lives, so nothing is left.
    return { wasRunning: false, seconds: 0, by: null }
  }
  // Members are remembered: one that leaves the session and loses its parent is still found.
  const seen = new Map<number, string>()
  if ((await remaining(pid, seen)).length === 0) return { wasRunning: false, seconds: 0, by: null }

  // Where the first process is gone already, nobody is there to end the others.
  if ((await identify(pid)) !== null) {
    signal(pid, 'SIGINT')
    if (await isGone(pid, seen, patienceSeconds)) return { wasRunning: true, seconds: seconds(), by: 'SIGINT' }
  }
  for (const member of await remaining(pid, seen)) signal(member, 'SIGTERM')
  const gentle = await isGone(pid, seen, patienceSeconds)
  for (const member of await remaining(pid, seen)) signal(member, 'SIGKILL')
  if (gentle || (await isGone(pid, seen, patienceSeconds))) {
    return { wasRunning: true, seconds: seconds(), by: gentle ? 'SIGTERM' : 'SIGKILL' }
  }
  throw new Problem({
    what: `The engine (process ${pid}) does not end, even after SIGKILL.`,
    why: 'A process that waits inside a driver cannot be ended; the driver or the card hangs.',
    next: 'look at dmesg for messages of the GPU driver; a restart of the machine may be needed',
    exit: 'machine',
  })
}

async function isGone(pid: number, seen: Map<number, string>, patienceSeconds: number): Promise<boolean> {
  const deadline = performance.now() + patienceSeconds * 1000
  while (performance.now() < deadline) {
    if ((await remaining(pid, seen)).length === 0) return true
    await delay(pollMilliseconds)
  }
  return (await remaining(pid, seen)).length === 0
}

/** The processes of the tree that still run. */
async function remaining(leader: number, seen: Map<number, string>): Promise<number[]> {
  const entries = await listProcesses()
  for (const { pid, startTime } of treeOf(leader, entries)) seen.set(pid, startTime)
  return entries.filter(({ pid, startTime }) => seen.get(pid) === startTime).map(({ pid }) => pid)
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    // Ended meanwhile.
    if (!hasCode(error, 'ESRCH')) throw error
  }
}
