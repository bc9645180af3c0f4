import { lstat, readdir, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { directoriesOf } from '../../core/directories.ts'
import { hasCode, Problem } from '../../core/problem.ts'
import { holds } from '../checks.ts'
import type { OperationContext, OperationOf } from '../executor.ts'
import { asProblem } from './file-problem.ts'
import { isMadeByRigup } from './made-by-rigup.ts'

/**
 * Removes a file, or a folder with everything in it. A folder goes only where it is empty, lies in rigup's own folders, or bears
 * the mark that rigup made it: a recipe may name any folder, also one that somebody used before.
 */
export async function remove({ path, onlyIf }: OperationOf<'remove'>, context: OperationContext): Promise<void> {
  refuseSystemPaths(path, context.environment.HOME)
  const found = await lstat(path).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return null
    throw error
  })
  if (found === null) return context.log(`${path} is not there\n`)
  if (onlyIf && !(await holds(onlyIf, context))) return context.log(`${path} stays: it is not what rigup made\n`)
  if (found.isDirectory() && path.split(sep).length < 3) throw tooWide(path)
  if (found.isDirectory() && !(await mayGo(path, context.environment))) {
    throw new Problem({
      what: `The folder ${path} stays.`,
      why: 'rigup did not make it, and there are files in it.',
      next: `look into it, and remove it yourself if nothing in it is needed: rm -r ${path}`,
      exit: 'machine',
    })
  }
  context.log(`remove ${path}\n`)
  await asProblem(path, () => rm(path, { recursive: true, force: true }))
}

function refuseSystemPaths(path: string, home: string | undefined): void {
  const homes = [homedir(), home].filter((folder) => folder !== undefined && folder !== '')
  const isTooWide =
    !isAbsolute(path) ||
    resolve(path) !== path ||
    homes.some((folder) => folder !== undefined && isInside(folder, path))
  if (isTooWide) throw tooWide(path)
}

function tooWide(path: string): Problem {
  return new Problem({
    what: `"${path}" is not removed.`,
    why: 'It is a folder of the system, a home folder, or no absolute path.',
    next: 'correct the recipe',
    exit: 'input',
  })
}

async function mayGo(path: string, environment: Readonly<Record<string, string>>): Promise<boolean> {
  const { data, cache } = directoriesOf(environment)
  if ([data, cache].some((own) => isInside(path, own))) return true
  return (await isMadeByRigup(path)) || (await readdir(path)).length === 0
}

/** True where `path` is `folder` or lies in it. */
function isInside(path: string, folder: string): boolean {
  const rest = relative(folder, path)
  return rest === '' || (!rest.startsWith('..') && !isAbsolute(rest))
}
