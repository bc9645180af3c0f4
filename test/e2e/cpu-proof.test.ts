import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseRecipe } from '#src/recipe/parse.ts'
import { TestTerminal } from '#test/support/terminal.ts'

const run = promisify(execFile)
const rigup = join(import.meta.dirname, '../../bin/rigup')

let home = ''
let environment: Readonly<Record<string, string>> = {}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'rigup-e2e-'))
  environment = {
    XDG_DATA_HOME: join(home, 'data'),
    XDG_STATE_HOME: join(home, 'state'),
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_CACHE_HOME: join(home, 'cache'),
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
  }
})

afterAll(async () => {
  await rm(home, { recursive: true, force: true })
})

/** Runs rigup without a terminal; what it says goes to stderr. */
async function apply(...argv: string[]): Promise<string> {
  const { stderr } = await run(rigup, ['apply', ...argv, '--yes'], {
    env: { ...process.env, ...environment },
    maxBuffer: 64 * 1024 * 1024,
  })
  return stderr
}

/** Every installed package with its version, as the environment itself tells. */
async function packagesOf(python: string): Promise<string> {
  const script = 'import importlib.metadata as m; print(sorted((d.name.lower(), d.version) for d in m.distributions()))'
  return (await run(python, ['-I', '-c', script])).stdout
}

const saved = () => join(home, 'config/rigup/recipes/cpu-proof.yaml')

test('apply --yes ends with the real engine answering as it must, and an exact recipe', async () => {
  const said = await apply('cpu-proof')
  expect(said).toContain('finished')
  const recipe = parseRecipe(await readFile(saved(), 'utf8'), saved())
  expect(recipe.engine.version).toMatch(/^\d+\.\d+\.\d+/)
  expect(recipe.packages.lock?.packages).toBeGreaterThan(50)
  expect(recipe.measured?.completionTokens).toBeGreaterThan(0)
  const lock = await readFile(join(home, 'config/rigup/recipes/cpu-proof.lock'), 'utf8')
  expect(lock).toContain('--hash=sha256:')
})

test('the saved recipe replays into a second folder with the identical packages', async () => {
  const second = join(home, 'second')
  const other = join(home, 'second.yaml')
  await apply(saved(), '--directory', second, '--save', other)
  const first = await packagesOf(join(home, 'data/rigup/engines/cpu-proof/venv/bin/python'))
  expect(await packagesOf(join(second, 'venv/bin/python'))).toBe(first)
  const [one, two] = await Promise.all([readFile(saved(), 'utf8'), readFile(other, 'utf8')])
  expect(parseRecipe(two, other).packages.lock?.sha256).toBe(parseRecipe(one, saved()).packages.lock?.sha256)
})

test('the wizard, by keys, goes from hardware to a saved recipe with the real engine', async () => {
  const terminal = new TestTerminal([rigup, '--new'], { columns: 80, rows: 24, env: environment })
  try {
    await terminal.waitFor(/Is this right\?(?! Still)/, 60_000)
    for (const question of [/Which model/, /Which engine/, /Which checkpoint/, /kept safe/, /Begin\?/]) {
      terminal.press('enter')
      await terminal.waitFor(question, 60_000)
    }
    terminal.press('enter')
    await terminal.waitFor(/ RAM \S+ +[\d.]+\/[\d.]+/, 600_000)
    await terminal.waitFor(/proof model works/, 600_000)
    await terminal.waitFor(/enter continue/, 60_000)
    terminal.press('enter')
    await terminal.waitFor(/the recipe is saved/, 60_000)
    terminal.press('enter')
    expect(await terminal.exited).toBe(0)
  } finally {
    await terminal.close()
  }
  const path = join(home, 'config/rigup/recipes/proof-cpu.yaml')
  expect(parseRecipe(await readFile(path, 'utf8'), path).measured?.model).toBe('rigup-proof')
})
