import { setTimeout as delay } from 'node:timers/promises'
import { Problem } from '../core/problem.ts'
import { createObserver } from '../log/observe.ts'
import type { Serve } from '../plan/serve.ts'
import type { LaunchEvent } from '../run/launch-event.ts'
import { createLifeSigns, type Stall, workOf } from './life-signs.ts'
import type { LogFollower } from './log-follower.ts'

type StartWatch = {
  /** Runs until aborted, or until the engine no longer gets on: then it throws a Problem. */
  readonly watch: (signal: AbortSignal) => Promise<never>
  /** Tells that work for the engine got on elsewhere: a model is being fetched into it. */
  readonly note: () => void
}

const logMilliseconds = 500
/** The process table is read less often than the log. */
const workMilliseconds = 5000

/** Follows the log of an engine, tells its phases, and notices when it no longer gets on. */
export function watchStart(
  { argv, stallSeconds }: Pick<Serve, 'argv' | 'stallSeconds'>,
  pid: number,
  follower: LogFollower,
  emit: (event: LaunchEvent) => void,
): StartWatch {
  const observer = createObserver()
  const signs = createLifeSigns(stallSeconds, performance.now())
  let told = ''
  let noted = false

  async function read(): Promise<void> {
    const lines = await follower.read()
    signs.hear(lines)
    for (const line of lines) observer.push(line)
    const { phase, text } = observer.phase()
    if (text === told) return
    told = text
    emit({ type: 'phase', phase, text })
  }

  return {
    note() {
      noted = true
    },
    async watch(signal) {
      let looked = Number.NEGATIVE_INFINITY
      for (;;) {
        await read()
        const now = performance.now()
        if (now - looked >= Math.min(workMilliseconds, stallSeconds * 250)) {
          looked = now
          signs.see(await workOf(pid, argv), now, noted)
          noted = false
          const stall = signs.stall(now)
          if (stall) throw stalled(stall, observer.phase().text)
        }
        await delay(logMilliseconds, undefined, { signal })
      }
    },
  }
}

function stalled({ kind, seconds }: Stall, phase: string): Problem {
  const minutes = `${Math.round(seconds)} s`
  return new Problem({
    what: `The engine no longer gets on; it stopped at: ${phase}.`,
    why:
      kind === 'idle'
        ? `For ${minutes} it has written nothing new, used no processor and read nothing.`
        : `For ${minutes} it has written nothing new and read nothing, while it keeps a processor busy.`,
    next: 'read the end of its log; cards that wait for each other are a frequent cause (NCCL_P2P_DISABLE=1)',
    exit: 'failed',
  })
}
