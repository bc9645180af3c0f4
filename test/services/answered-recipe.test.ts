import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { shippedRecipes } from '#src/recipe/files.ts'
import { readLock } from '#src/recipe/lock.ts'
import { parseRecipe } from '#src/recipe/parse.ts'
import { recipeText } from '#src/recipe/write.ts'
import { loadAnswered } from '#src/services/answered-recipe.ts'
import { fieldsOfFlags } from '#steps/all-fields.ts'
import { ownFolders } from '../commands/support/runs.ts'

const home = ownFolders()
const lock = `torch==2.13.0 --hash=sha256:${'a'.repeat(64)}\n`

/** cpu-proof with a lock, in a file. */
async function lockedRecipe(): Promise<string> {
  const path = join(home(), 'mine.yaml')
  const shipped = join(shippedRecipes(), 'cpu-proof.yaml')
  const recipe = parseRecipe(await readFile(shipped, 'utf8'), shipped)
  const named = { file: 'mine.lock', sha256: readLock(lock).sha256, packages: 1 }
  await writeFile(join(home(), 'mine.lock'), lock)
  await writeFile(path, recipeText({ ...recipe, packages: { ...recipe.packages, lock: named } }))
  return path
}

test('an answer stands in place of what the recipe says, and the rest with its lock stays', async () => {
  const path = await lockedRecipe()
  const [own, answered] = [await loadAnswered(path), await loadAnswered(path, fieldsOfFlags({ port: '8123' }))]
  expect(answered).toEqual({ ...own, recipe: { ...own.recipe, server: { ...own.recipe.server, port: 8123 } } })
  expect(answered.lock).toBe(lock)
})

test('another version goes without the lock that was resolved for the first', async () => {
  const answered = await loadAnswered(await lockedRecipe(), fieldsOfFlags({ 'engine-version': '0.31.0' }))
  expect(answered).toMatchObject({ lock: null, recipe: { engine: { version: '0.31.0' } } })
  expect(answered.recipe.packages).not.toHaveProperty('lock')
})

test('another model goes without what was read of the first', async () => {
  const first = await loadAnswered(await lockedRecipe(), fieldsOfFlags({ model: 'someone/a', revision: 'abc' }))
  expect(first.recipe.model).toMatchObject({ source: 'hub', id: 'someone/a', revision: 'abc' })
  const path = join(home(), 'first.yaml')
  await writeFile(path, recipeText({ ...first.recipe, packages: { ...first.recipe.packages, lock: undefined } }))
  const second = await loadAnswered(path, fieldsOfFlags({ model: 'someone/b' }))
  expect(second.recipe.model).toMatchObject({ source: 'hub', id: 'someone/b' })
  expect(second.recipe.model).not.toHaveProperty('revision')
})
