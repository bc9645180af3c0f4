import { rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { makeFolder } from '../core/make-folder.ts'
import { messageOf, Problem } from '../core/problem.ts'
import { systemCause } from '../core/system-error.ts'
import type { Recipe } from './schema/recipe.ts'
import { type FieldComments, recipeText } from './write.ts'

/**
 * Saves a recipe and, where it has one, its lock beside it. Both are on disk under other names before either gets its own, the lock first:
 * where one cannot be written, a recipe of that name from before is as it was, and fits its lock.
 * @throws Problem (exit `machine`) where they cannot be written.
 */
export async function saveRecipe(
  path: string,
  recipe: Recipe,
  lock: string | null,
  comments: FieldComments = {},
): Promise<void> {
  const files: [string, string][] = [[path, recipeText(recipe, comments)]]
  if (recipe.packages.lock && lock !== null) files.unshift([join(dirname(path), recipe.packages.lock.file), lock])
  try {
    await makeFolder(dirname(path))
    for (const [name, text] of files) await writeFileAtomic(fresh(name), text)
    for (const [name] of files) await rename(fresh(name), name)
  } catch (error) {
    await Promise.all(files.map(([name]) => rm(fresh(name), { force: true }).catch(() => undefined)))
    throw notSaved(path, error)
  }
}

function fresh(path: string): string {
  return `${path}.new`
}

function notSaved(path: string, error: unknown): Problem {
  const cause = systemCause(error)
  const remedy = cause === null ? '' : `${cause.next}; or `
  return new Problem({
    what: `The recipe cannot be saved at ${path}.`,
    why: cause?.why ?? messageOf(error),
    next: `${remedy}choose another place: rigup apply RECIPE --save FILE. The same command saves it again, and nothing is done twice.`,
    exit: 'machine',
    cause: error,
  })
}
