import { readFile, writeFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { messageOf } from '../core/problem.ts'

const pollMilliseconds = 50
/** systemd answers in a fraction of a second, on a machine that is busy in some. */
const patienceMilliseconds = 30_000

/**
 * Tells the kernel to end all processes of an engine's control group where it ends one of them for lack of memory (Control Group v2,
 * memory.oom.group), once systemd-run has put the engine into a group of its own. Gives a line for the log: what was done, or why it was not.
 * Control groups of version 1 cannot do it.
 */
export async function endAsWhole(pid: number, signal: AbortSignal, system = ''): Promise<string> {
  const own = await groupOf(process.pid, system)
  const until = performance.now() + patienceMilliseconds
  while (performance.now() < until) {
    const group = await groupOf(pid, system)
    if (group === null) break
    if (group !== own) return set(`${system}/sys/fs/cgroup${group}/memory.oom.group`)
    await delay(pollMilliseconds, undefined, { signal })
  }
  return 'the engine has no control group of its own\n'
}

async function set(path: string): Promise<string> {
  try {
    await writeFile(path, '1', { flag: 'r+' })
    return `write 1 into ${path}\n`
  } catch (error) {
    return `the kernel ends only single processes of the engine: ${messageOf(error)}\n`
  }
}

/** The group in the unified hierarchy (cgroups(7), /proc/PID/cgroup); null without one, and for a process that is gone. */
async function groupOf(pid: number, system: string): Promise<string | null> {
  const text = await readFile(`${system}/proc/${pid}/cgroup`, 'utf8').catch(() => '')
  return /^0::(.+)$/m.exec(text)?.[1] ?? null
}
