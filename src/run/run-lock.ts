import { createHash, randomBytes } from 'node:crypto'
import { link, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import * as z from 'zod'
import { makeFolder } from '../core/make-folder.ts'
import { hasCode, Problem } from '../core/problem.ts'
import { type Owner, writeNew } from './owned-file.ts'
import { identify, isAlive, processIdentitySchema } from './process-identity.ts'

const lockSchema = z.strictObject({ process: processIdentitySchema, run: z.string() })
export type LockHolder = z.infer<typeof lockSchema>

/** Who carries a run out now, of this user's; null where nobody does. The lock of a dead process counts for nothing. */
export async function lockHolder(runsDirectory: string): Promise<LockHolder | null> {
  const holder = parse(await readLock(lockPath(runsDirectory)))
  return holder !== null && (await isAlive(holder.process)) ? holder : null
}

/** Throws a Problem (busy) while a run goes on. */
export async function refuseWhileBusy(runsDirectory: string): Promise<void> {
  const holder = await lockHolder(runsDirectory)
  if (holder !== null) throw busy(holder)
}

/**
 * Takes the lock for this process: one run at a time per user. Gives back what releases it.
 * Throws a Problem (busy) while another process holds it.
 */
export async function takeLock(
  runsDirectory: string,
  run: string,
  owner: Owner | null = null,
): Promise<() => Promise<void>> {
  await makeFolder(runsDirectory, 0o700)
  const path = lockPath(runsDirectory)
  const content = JSON.stringify({ process: await identify(process.pid), run })
  const mine = `${path}.${randomBytes(6).toString('hex')}`
  await writeNew(mine, content, owner)
  try {
    // A hard link is made or is refused; two processes cannot both succeed.
    while (!(await linked(mine, path))) await clearStale(path)
  } finally {
    await rm(mine, { force: true })
  }
  return async () => {
    if ((await readLock(path)) === content) await rm(path, { force: true })
  }
}

function lockPath(runsDirectory: string): string {
  return join(runsDirectory, 'lock')
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  }
}

/** Removes a lock whose holder is gone. Only who could claim exactly that lock removes it, so that a new one is never hit. */
async function clearStale(path: string): Promise<void> {
  const content = await readLock(path)
  if (content === null) return
  const holder = parse(content)
  if (holder !== null && (await isAlive(holder.process))) throw busy(holder)
  // Of this boot: a claim that a power cut has left stands in nobody's way.
  const boot = (await identify(process.pid))?.bootId ?? ''
  const claim = `${path}.${createHash('sha256').update(content).update(boot).digest('hex').slice(0, 16)}`
  if (!(await created(claim))) return delay(20)
  try {
    if ((await readLock(path)) === content) await rm(path, { force: true })
  } finally {
    await rm(claim, { force: true })
  }
}

async function created(path: string): Promise<boolean> {
  try {
    await writeFile(path, '', { mode: 0o600, flag: 'wx' })
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  }
}

function busy(holder: LockHolder): Problem {
  return new Problem({
    what: `Another run is going on (process ${holder.process.pid}).`,
    why: `It carries out ${holder.run}, and two at once would get in each other's way.`,
    next: 'wait for its end (rigup status tells how far it is), or end it: rigup stop',
    exit: 'busy',
  })
}

async function readLock(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return null
    throw error
  }
}

function parse(content: string | null): LockHolder | null {
  if (content === null) return null
  try {
    return lockSchema.safeParse(JSON.parse(content)).data ?? null
  } catch {
    return null
  }
}
