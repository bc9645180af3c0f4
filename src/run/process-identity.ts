import { readFile } from 'node:fs/promises'
import * as z from 'zod'

/** A process, told apart from a later one with the same number: its start time in clock ticks since that boot. */
export const processIdentitySchema = z.strictObject({
  pid: z.number().int().positive(),
  bootId: z.string(),
  startTime: z.string(),
})
export type ProcessIdentity = z.infer<typeof processIdentitySchema>

async function bootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()
}

/** Field 22 of /proc/PID/stat (proc(5)); null where there is no such process. A zombie counts as gone. */
async function startTimeOf(pid: number): Promise<string | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program's name in parentheses and may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null)
  } catch {
    return null
  }
}

/** The identity of a running process; null where there is none. */
export async function identify(pid: number): Promise<ProcessIdentity | null> {
  const startTime = await startTimeOf(pid)
  return startTime === null ? null : { pid, bootId: await bootId(), startTime }
}

/** True while exactly that process runs. */
export async function isAlive(process: ProcessIdentity): Promise<boolean> {
  return process.bootId === (await bootId()) && process.startTime === (await startTimeOf(process.pid))
}
