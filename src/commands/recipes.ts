import { readFile } from 'node:fs/promises'
import { printableLine } from '../core/printable.ts'
import { Problem } from '../core/problem.ts'
import { type NamedRecipe, namedRecipes } from '../recipe/files.ts'
import { parseRecipe } from '../recipe/parse.ts'
import type { CommandIo } from './io.ts'

/** `rigup recipes`: the recipes that can be given by their name, saved ones first, a line each. */
export async function runRecipes(io: Pick<CommandIo, 'stdout'>): Promise<void> {
  const recipes = await namedRecipes()
  const width = Math.max(...recipes.map(({ name }) => name.length))
  for (const recipe of recipes) {
    const about = `${recipe.isSaved ? 'saved: ' : ''}${await descriptionOf(recipe)}`
    io.stdout.write(`${printableLine(`${recipe.name.padEnd(width)}  ${about}`).trimEnd()}\n`)
  }
}

/** A saved file may have been changed by hand, and is no reason to list none. */
async function descriptionOf({ path }: NamedRecipe): Promise<string> {
  try {
    return parseRecipe(await readFile(path, 'utf8'), path).description ?? ''
  } catch (error) {
    if (error instanceof Problem) return `cannot be read. ${error.message}`
    throw error
  }
}
