import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { listShippedRecipes, shippedRecipes } from '../recipe/files.ts'
import { parseRecipe } from '../recipe/parse.ts'
import type { CommandIo } from './io.ts'

/** `rigup recipes`: the recipes that ship, a line each. */
export async function runRecipes(io: CommandIo): Promise<void> {
  const names = await listShippedRecipes()
  const width = Math.max(...names.map((name) => name.length))
  for (const name of names) {
    const path = join(shippedRecipes(), `${name}.yaml`)
    const { description } = parseRecipe(await readFile(path, 'utf8'), path)
    io.stdout.write(`${name.padEnd(width)}  ${description ?? ''}\n`)
  }
}
