import { readFile } from 'node:fs/promises'
import { Problem } from '../core/problem.ts'

/** How an engine's first process ended. */
export type EngineExit = { readonly code: number | null; readonly signal: NodeJS.Signals | null }

const shellOffset = 128

/** How often this kernel has ended a process for lack of memory since it started; null where it does not count. */
export async function outOfMemoryKills(): Promise<number | null> {
  const text = await readFile('/proc/vmstat', 'utf8').catch(() => '')
  const match = /^oom_kill (\d+)$/m.exec(text)
  return match ? Number(match[1]) : null
}

/** The container tool that an engine was started by, and the last that it said. */
type ContainerEnd = { readonly name: string; readonly said: string | undefined }

/** 125: the tool itself failed; 126, 127: the program in the image cannot be run (docker run, podman run). */
const containerToolFailed = new Set([125, 126, 127])

/** What an early end means. `memoryKills`: how many processes the kernel has ended for lack of memory since the start. */
export function exitProblem(exit: EngineExit, memoryKills: number, log: string, tool?: ContainerEnd): Problem {
  const common = { log, exit: 'failed' } as const
  if (tool !== undefined && containerToolFailed.has(exit.code ?? 0)) {
    return new Problem({
      ...common,
      what: `${tool.name} could not start the container.`,
      why: tool.said,
      next: 'read the end of its log',
    })
  }
  if (isSignal(exit, 'SIGILL', 4)) {
    return new Problem({
      ...common,
      exit: 'machine',
      what: 'The engine used an instruction that this CPU does not have.',
      why: 'The build is made for newer CPUs (AVX2 or AVX-512).',
      next: 'choose another route or build of the engine',
    })
  }
  if (memoryKills > 0) {
    return new Problem({
      ...common,
      exit: 'machine',
      what: 'The kernel ended the engine because memory ran out.',
      why: `The kernel's own count of such kills rose by ${memoryKills} since the start.`,
      next: 'add swap, use fewer workers, or a smaller model',
    })
  }
  // A guard asks first: earlyoom sends SIGTERM, and SIGKILL only where memory goes on shrinking.
  if (isSignal(exit, 'SIGKILL', 9) || isSignal(exit, 'SIGTERM', 15)) {
    return new Problem({
      ...common,
      what: 'The engine was killed from outside.',
      why: 'Memory guards (earlyoom, systemd-oomd), limits of a unit or container, and people do that.',
      next: 'look at dmesg and at the log of the memory guard (journalctl -u earlyoom), then try again',
    })
  }
  return new Problem({
    ...common,
    what: `The engine ended before it was ready (${describe(exit)}).`,
    next: 'read the end of its log',
  })
}

/** A shell or a container tool reports a signal as exit code 128 + n. */
function isSignal({ code, signal }: EngineExit, name: NodeJS.Signals, number: number): boolean {
  return signal === name || code === shellOffset + number
}

function describe({ code, signal }: EngineExit): string {
  return signal === null ? `exit code ${code}` : `signal ${signal}`
}
