import { readdir, readFile } from 'node:fs/promises'
import { hasCode } from '../core/problem.ts'

/** One line of the process table, as /proc/PID/stat has it (proc(5)). */
type ProcessEntry = {
  readonly pid: number
  readonly parent: number
  readonly group: number
  readonly session: number
  readonly name: string
  /** R running, S sleeping, D waiting for a disk, Z gone but not collected. */
  readonly state: string
  /** User and system time so far, in clock ticks (100 a second on Linux). */
  readonly cpuTicks: number
  /** Clock ticks since boot; with the pid it names a process for ever. */
  readonly startTime: string
}

/** Reads one /proc/PID/stat; null where the text is none. */
export function parseStat(stat: string): ProcessEntry | null {
  // The name stands in parentheses and may itself hold any character.
  const open = stat.indexOf('(')
  const close = stat.lastIndexOf(')')
  if (open < 1 || close < open) return null
  const fields = stat.slice(close + 2).split(' ')
  const at = (index: number): number => Number(fields[index])
  const pid = Number(stat.slice(0, open))
  const entry = {
    pid,
    parent: at(1),
    group: at(2),
    session: at(3),
    name: stat.slice(open + 1, close),
    state: fields[0] ?? '?',
    cpuTicks: at(11) + at(12),
    startTime: fields[19] ?? '',
  }
  return [pid, entry.parent, entry.group, entry.session, entry.cpuTicks].every(Number.isInteger) ? entry : null
}

/** All processes of this machine that still run. */
export async function listProcesses(): Promise<ProcessEntry[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const entries = await Promise.all(names.map(readEntry))
  return entries.filter((entry) => entry !== null).filter(({ state }) => state !== 'Z' && state !== 'X')
}

async function readEntry(pid: string): Promise<ProcessEntry | null> {
  try {
    return parseStat(await readFile(`/proc/${pid}/stat`, 'utf8'))
  } catch (error) {
    // It ended while the table was read.
    if (hasCode(error, 'ENOENT', 'ESRCH', 'EACCES', 'EPERM')) return null
    throw error
  }
}

/**
 * The processes that belong to a leader: its session, its group, and all that descend from those. A worker whose parent
 * has died is still found by its session, and one that made a session of its own by its parent.
 */
export function treeOf(leader: number, entries: readonly ProcessEntry[]): ProcessEntry[] {
  const members = new Set<number>()
  for (const { pid, session, group } of entries) {
    if (pid === leader || session === leader || group === leader) members.add(pid)
  }
  for (let size = -1; size !== members.size; ) {
    size = members.size
    for (const { pid, parent } of entries) if (members.has(parent)) members.add(pid)
  }
  return entries.filter(({ pid }) => members.has(pid))
}

/** Bytes that a process had fetched from storage (page faults of mapped files count); 0 where that may not be read. */
export async function bytesReadBy(pid: number): Promise<number> {
  try {
    const line = /^read_bytes: (\d+)$/m.exec(await readFile(`/proc/${pid}/io`, 'utf8'))
    return Number(line?.[1] ?? 0)
  } catch {
    return 0
  }
}

/** The command line of a process, or its name where there is none; null where it is gone. */
export async function commandOf(pid: number): Promise<string | null> {
  try {
    const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').filter((word) => word !== '')
    return words.length > 0 ? words.join(' ') : (await readFile(`/proc/${pid}/comm`, 'utf8')).trim()
  } catch {
    return null
  }
}
