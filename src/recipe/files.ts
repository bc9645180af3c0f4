import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hasCode, messageOf, Problem } from '../core/problem.ts'
import { readLock } from './lock.ts'
import { parseRecipe } from './parse.ts'
import type { Recipe } from './schema/recipe.ts'

export type LoadedRecipe = {
  recipe: Recipe
  /** The lock's text, where the recipe names one. */
  lock: string | null
  path: string
}

/** The folder of the recipes that ship; the same from the sources and from the bundle. */
export function shippedRecipes(): string {
  const here = dirname(fileURLToPath(import.meta.url))
  return basename(here) === 'dist' ? join(here, '../recipes') : join(here, '../../recipes')
}

/** The names of the recipes that ship, without ending, sorted. */
export async function listShippedRecipes(): Promise<string[]> {
  const names = await readdir(shippedRecipes())
  return names
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length))
    .sort()
}

/**
 * Loads a recipe and its lock from a file, or a shipped recipe by its name.
 * @throws Problem (exit `input`) where the recipe or its lock cannot be read, or the lock is not the one that the recipe names.
 */
export async function loadRecipe(given: string): Promise<LoadedRecipe> {
  const path = (await listShippedRecipes()).includes(given) ? join(shippedRecipes(), `${given}.yaml`) : given
  const recipe = parseRecipe(await readText(path, 'recipe'), path)
  if (!recipe.packages.lock) return { recipe, lock: null, path }
  const lockPath = join(dirname(path), basename(recipe.packages.lock.file))
  const lock = await readText(lockPath, 'lock')
  if (readLock(lock).sha256 !== recipe.packages.lock.sha256) {
    throw new Problem({
      what: `The lock ${lockPath} is not the one that the recipe was saved with.`,
      why: 'Its checksum differs, so it would install other packages than those that were proved to work.',
      next: `Take the lock again from where the recipe came from, or remove packages.lock from ${path} to resolve anew.`,
      exit: 'input',
    })
  }
  return { recipe, lock, path }
}

async function readText(path: string, kind: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const missing = hasCode(error, 'ENOENT')
    throw new Problem({
      what: missing ? `There is no ${kind} at ${path}.` : `The ${kind} ${path} cannot be read.`,
      why: missing ? undefined : messageOf(error),
      next:
        kind === 'recipe'
          ? 'Give the path of a recipe file; shipped ones are listed by: rigup recipes'
          : 'A lock lies beside its recipe; copy both.',
      exit: 'input',
      cause: error,
    })
  }
}
