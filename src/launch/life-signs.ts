import type { LogLine } from '../log/line.ts'
import { containerOf, containerPid } from './container.ts'
import { bytesReadBy, listProcesses, treeOf } from './processes.ts'

/** What an engine has done so far; all of it only grows. */
export type Work = {
  /** Clock ticks (1/100 s) of the whole tree. */
  readonly cpuTicks: number
  /** Bytes fetched from storage by the whole tree. */
  readonly readBytes: number
  /** A process waits for a disk (or inside a driver) right now. */
  readonly waitsForDisk: boolean
}

/** Reads what the tree of an engine has done; of a container too, whose processes are nobody's children here. */
export async function workOf(pid: number, argv: readonly string[]): Promise<Work> {
  const container = containerOf(argv)
  const inside = container ? await containerPid(container) : null
  const entries = await listProcesses()
  const tree = [pid, inside].flatMap((leader) => (leader === null ? [] : treeOf(leader, entries)))
  const reads = await Promise.all(tree.map((entry) => bytesReadBy(entry.pid)))
  return {
    cpuTicks: tree.reduce((sum, entry) => sum + entry.cpuTicks, 0),
    readBytes: reads.reduce((sum, bytes) => sum + bytes, 0),
    waitsForDisk: tree.some((entry) => entry.state === 'D'),
  }
}

export type Stall =
  /** No new words, no work. */
  | { readonly kind: 'idle'; readonly seconds: number }
  /** No new words and nothing read, but a processor is busy or a disk does not answer: what waiting for a lost message looks like. */
  | { readonly kind: 'spinning'; readonly seconds: number }

type LifeSigns = {
  readonly hear: (lines: readonly LogLine[]) => void
  /** `now` in milliseconds of a steady clock. `gain`: something got on that is not the engine's own work. */
  readonly see: (work: Work, now: number, gain?: boolean) => void
  readonly stall: (now: number) => Stall | null
}

/** Threads that only wake to look around use less than this share of one core. */
const idleShare = 0.05
const ticksPerMillisecond = 0.1
/** A compiler can be busy for long without a word; so much longer than idleness is allowed. */
const spinningFactor = 6
const remembered = 256

/**
 * Decides whether an engine still gets on. There is no limit on the whole start: a model may load from a slow disk for an
 * hour. A line that it has said before is no sign of life: engines repeat that they wait for each other.
 */
export function createLifeSigns(stallSeconds: number, begin: number): LifeSigns {
  const said = new Set<string>()
  let heard = false
  let lastGain = begin
  let lastBusy = begin
  let before: { work: Work; at: number } | null = null

  function noteLine(message: string): void {
    if (said.has(message)) return
    heard = true
    said.add(message)
    const [oldest] = said
    if (said.size > remembered && oldest !== undefined) said.delete(oldest)
  }

  return {
    hear: (lines) => {
      for (const { message } of lines) noteLine(message)
    },
    see(work, now, gain = false) {
      const ticks = before === null ? 0 : work.cpuTicks - before.work.cpuTicks
      const share = before === null ? 0 : ticks / Math.max(1, (now - before.at) * ticksPerMillisecond)
      const hasRead = before !== null && work.readBytes > before.work.readBytes
      if (heard || hasRead || gain) lastGain = now
      if (share > idleShare || work.waitsForDisk) lastBusy = now
      heard = false
      before = { work, at: now }
    },
    stall(now) {
      const silent = (now - lastGain) / 1000
      const idle = Math.min(silent, (now - lastBusy) / 1000)
      if (idle >= stallSeconds) return { kind: 'idle', seconds: idle }
      return silent >= stallSeconds * spinningFactor ? { kind: 'spinning', seconds: silent } : null
    },
  }
}
