import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { messageOf, Problem } from '../core/problem.ts'
import type { Recipe } from './schema/recipe.ts'
import { type FieldComments, recipeText } from './write.ts'

/**
 * Saves a recipe and, where it has one, its lock beside it. The lock is written first: a recipe never names a lock that is not
 * there. Each file is whole or absent.
 * @throws Problem (exit `machine`) where they cannot be written.
 */
export async function saveRecipe(
  path: string,
  recipe: Recipe,
  lock: string | null,
  comments: FieldComments = {},
): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true })
    if (recipe.packages.lock && lock !== null)
      await writeFileAtomic(join(dirname(path), recipe.packages.lock.file), lock)
    await writeFileAtomic(path, recipeText(recipe, comments))
  } catch (error) {
    throw new Problem({
      what: `The recipe cannot be saved at ${path}.`,
      why: messageOf(error),
      next: 'Choose another place with --save FILE.',
      exit: 'machine',
      cause: error,
    })
  }
}
