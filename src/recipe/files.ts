import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { directoriesOf } from '../core/directories.ts'
import { hasCode, messageOf, Problem } from '../core/problem.ts'
import { systemCause } from '../core/system-error.ts'
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
export function listShippedRecipes(): Promise<string[]> {
  return recipesIn(shippedRecipes())
}

export type NamedRecipe = { readonly name: string; readonly path: string; readonly isSaved: boolean }

/** What a name can stand for: the operator's saved recipes, and those that ship under a name that is not among them. */
export async function namedRecipes(saved: string = directoriesOf().recipes): Promise<NamedRecipe[]> {
  const [own, shipped] = await Promise.all([recipesIn(saved), listShippedRecipes()])
  const others = shipped.filter((name) => !own.includes(name))
  return [
    ...own.map((name) => ({ name, path: join(saved, `${name}.yaml`), isSaved: true })),
    ...others.map((name) => ({ name, path: join(shippedRecipes(), `${name}.yaml`), isSaved: false })),
  ]
}

/** What a command line can call the recipe at a path: its name where it lies among the saved ones, else the path. Pure. */
export function callableName(path: string, saved: string): string {
  return dirname(path) === saved && path.endsWith('.yaml') ? basename(path, '.yaml') : path
}

async function recipesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return []
    throw error
  })
  return names
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length))
    .sort()
}

/**
 * Loads a recipe and its lock: from a file, or by the name of a saved or shipped recipe.
 * @throws Problem (exit `input`) where the recipe or its lock cannot be read, or the lock is not the one that the recipe names.
 */
export async function loadRecipe(given: string): Promise<LoadedRecipe> {
  const path = (await namedRecipes()).find(({ name }) => name === given)?.path ?? given
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
      why: missing ? undefined : (systemCause(error)?.why ?? messageOf(error)),
      next:
        kind === 'recipe'
          ? 'Give the path of a recipe file, or a name that is listed by: rigup recipes'
          : 'A lock lies beside its recipe; copy both.',
      exit: 'input',
      cause: error,
    })
  }
}
