import { stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { ExecaError, execa } from 'execa'
import { MiB } from '../core/bytes.ts'
import { Problem } from '../core/problem.ts'
import type { Plan } from '../plan/plan.ts'

/** A script stays a file that can be mailed; what is larger is copied from where it lies. */
const largestArchiveBytes = 16 * MiB

/**
 * What a plan copies from rigup's own files: base64 of a gzipped tar of each file or folder, by its path.
 * @throws Problem (exit `machine`) where tar is missing or fails.
 */
export async function archivesOf(plan: Plan): Promise<Map<string, string>> {
  const archives = new Map<string, string>()
  for (const operation of plan.actions.flatMap(({ operations }) => operations)) {
    if (operation.kind !== 'copy' || archives.has(operation.from)) continue
    const packed = await pack(operation.from)
    if (packed && packed.length <= largestArchiveBytes) archives.set(operation.from, packed.toString('base64'))
  }
  return archives
}

/** The same files give the same bytes, so that the same recipe gives the same script. Null where there is nothing at the path. */
async function pack(path: string): Promise<Buffer | null> {
  const found = await stat(path).catch(() => null)
  if (found === null) return null
  const what = found.isDirectory() ? ['-C', path, '.'] : ['-C', dirname(path), basename(path)]
  const reproducible = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner']
  try {
    const { stdout } = await execa('tar', [...reproducible, '-czf', '-', ...what], {
      encoding: 'buffer',
      timeout: 60_000,
      maxBuffer: 256 * MiB,
    })
    return Buffer.from(stdout)
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error
    throw new Problem({
      what: `${path} cannot be packed into the script.`,
      why: error.shortMessage,
      next: 'install GNU tar, and check that the files can be read',
      exit: 'machine',
      cause: error,
    })
  }
}
