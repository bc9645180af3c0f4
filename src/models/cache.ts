import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Environment } from '../core/directories.ts'
import type { Checkpoint } from './checkpoint.ts'
import { readLocal } from './local.ts'
import { hubCache } from './token.ts'

/** The newest snapshot of a model in the hub library's cache, or the one of the revision; null where there is none. */
async function snapshotOf(
  id: string,
  revision: string | undefined,
  environment: Environment,
): Promise<{ path: string; commit: string } | null> {
  const folder = join(hubCache(environment), `models--${id.replaceAll('/', '--')}`)
  const named = await readFile(join(folder, 'refs', revision ?? 'main'), 'utf8').catch(() => null)
  const commits = await readdir(join(folder, 'snapshots')).catch((): string[] => [])
  const commit =
    named?.trim() ?? commits.find((one) => one === revision) ?? (revision === undefined ? commits.at(-1) : undefined)
  return commit !== undefined && commits.includes(commit) ? { path: join(folder, 'snapshots', commit), commit } : null
}

/** A checkpoint from the hub library's cache (HF_HOME, HF_HUB_CACHE), for work without a network; null where it is not there. */
export async function readCached(
  id: string,
  revision: string | undefined,
  environment: Environment,
): Promise<Checkpoint | null> {
  if (!/^[\w.-]+(\/[\w.-]+)?$/.test(id) || revision?.includes('..') === true) return null
  const snapshot = await snapshotOf(id, revision, environment)
  if (snapshot === null) return null
  const checkpoint = await readLocal(snapshot.path).catch(() => null)
  if (checkpoint === null) return null
  return {
    ...checkpoint,
    id,
    source: 'cache',
    revision: snapshot.commit,
    notes: [...checkpoint.notes, 'Read from the local cache of the hub.'],
  }
}
