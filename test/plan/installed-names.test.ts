import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { contradictionsOf } from '#src/advice/contradictions/contradictions.ts'
import { installedNamesScript, launchNames } from '#src/plan/engines/installed-names.ts'
import { recipeSchema } from '#src/recipe/schema/recipe.ts'
import { shippedMachine } from '../advice/machines.ts'

let site: string

// An engine of our own making, in the shape of vLLM's sources: argparse calls, a dataclass, tables of names.
const sources: Readonly<Record<string, string>> = {
  'vllm/__init__.py': 'raise RuntimeError("never imported")',
  'vllm/engine/arg_utils.py':
    'group.add_argument("--max-model-len", **kwargs)\nparser.add_argument("--enforce-eager")\n',
  'vllm/entrypoints/openai/cli_args.py':
    'class FrontendArgs:\n    host: str = None\n    port: int = 8000\n    enable_log_requests: bool = False\n',
  'vllm/envs.py': 'environment_variables = {"VLLM_CACHE_ROOT": lambda: None, "VLLM_NEW": 1}\n',
  'vllm/model_executor/layers/quantization/__init__.py': 'QuantizationMethods = Literal["fp8", "novel"]\n',
  'vllm-0.99.0.dist-info/METADATA': 'Metadata-Version: 2.1\nName: vllm\nVersion: 0.99.0\n',
}

beforeAll(async () => {
  site = await mkdtemp(join(tmpdir(), 'rigup-names-'))
  for (const [path, text] of Object.entries(sources)) {
    await mkdir(join(site, path, '..'), { recursive: true })
    await writeFile(join(site, path), text)
  }
})
afterAll(() => rm(site, { recursive: true }))

function ask(...names: string[]) {
  const program = `import sys; sys.path.insert(0, ${JSON.stringify(site)})\n${installedNamesScript}`
  return execa('python3', ['-c', program, ...names], { reject: false, timeout: 30_000 })
}
const wanted = (flags: string[], variables: string[] = [], methods: string[] = []) =>
  ask(JSON.stringify({ flags, variables, methods }))

describe('an installed engine', () => {
  test('tells what it knows without being imported', async () => {
    const { stdout } = await ask()
    expect(JSON.parse(stdout)).toMatchObject({
      version: '0.99.0',
      flags: expect.arrayContaining(['--max-model-len', '--enforce-eager', '--host', '--enable-log-requests']),
      variables: ['VLLM_CACHE_ROOT', 'VLLM_NEW'],
      methods: expect.arrayContaining(['fp8', 'novel']),
    })
  })

  test.each([
    [['--host', '--max-model-len', '--no-enable-log-requests'], [], 0, /knows every name/],
    [['--host', '--swap-space'], [], 1, /0\.99\.0 does not know --swap-space/],
    [['--host'], ['exl2'], 1, /does not know exl2/],
  ])('%j and %j: ends with %i', async (flags, methods, code, message) => {
    const { exitCode, stdout } = await wanted(flags, [], methods)
    expect(exitCode).toBe(code)
    expect(stdout).toMatch(message)
  })

  test('a variable that it does not read is said, and stops nothing', async () => {
    const { exitCode, stdout } = await wanted(['--host'], ['VLLM_USE_V1'])
    expect(exitCode).toBe(0)
    expect(stdout).toContain('ignores VLLM_USE_V1')
  })
})

const recipe = (server: object, version = 'newest') =>
  recipeSchema.parse({
    rigup: 1,
    name: 'case',
    model: { source: 'hub', id: 'Qwen/Qwen3-8B' },
    engine: { route: 'vllm-cuda-wheel', version },
    server,
  })

test('the names of a launch are those of its command line, without values and sub-keys', () => {
  const machine = shippedMachine('rtx3060-desktop')
  const names = launchNames({
    recipe: recipe({
      arguments: { 'compilation-config.mode': 'NONE', 'enable-log-requests': false },
      environment: { NCCL_DEBUG: 'INFO', VLLM_NEW: '--x' },
    }),
    machine,
    lock: null,
    directories: { data: '/d', state: '/s', cache: '/c', recipes: '/r' },
    proofModel: { directory: '', gguf: '', maxModelLen: 512, alarm: '', files: {}, prompts: [] },
  })
  expect(names.flags).toContain('--compilation-config')
  expect(names.flags).toContain('--no-enable-log-requests')
  expect(names.variables).toContain('VLLM_NEW')
  expect(names.variables).not.toContain('NCCL_DEBUG')
})

describe('an installed engine wins over the table', () => {
  const desktop = shippedMachine('rtx3060-desktop')
  const installed = {
    version: '0.99.0',
    flags: new Set(['--swap-space', '--novel-flag', '--max-model-len']),
    variables: new Set(['VLLM_NEW']),
    methods: new Set(['novel']),
  }
  const about = (given: ReturnType<typeof recipe>, engine: typeof installed | null) =>
    contradictionsOf(given, desktop, {}, engine)
      .filter(({ id }) => /^unknown-/.test(id))
      .map(({ id, kind }) => `${kind} ${id}`)

  test.each([
    [
      'what the table knows to be gone and the engine has',
      { arguments: { 'swap-space': 1 } },
      ['refuse unknown-flag-swap-space'],
      [],
    ],
    [
      'what the table never had and the engine has',
      { arguments: { 'novel-flag': 1 } },
      ['warn unknown-flag-novel-flag'],
      [],
    ],
    [
      'what the table has and the engine has not',
      { arguments: { 'enforce-eager': true } },
      [],
      ['refuse unknown-flag-enforce-eager'],
    ],
    ['a variable', { environment: { VLLM_NEW: '1' } }, ['warn unknown-variable-vllm-new'], []],
  ])('%s', (_, server, byTable, byEngine) => {
    expect(about(recipe(server), null)).toEqual(byTable)
    expect(about(recipe(server), installed)).toEqual(byEngine)
  })

  test('a name that no release had is refused for a release of the table, and left to the engine for a newer one', () => {
    expect(about(recipe({ arguments: { 'novel-flag': 1 } }, '0.32.0'), null)).toEqual([
      'refuse unknown-flag-novel-flag',
    ])
    expect(about(recipe({ arguments: { 'novel-flag': 1 } }, '0.40.0'), null)).toEqual(['warn unknown-flag-novel-flag'])
  })
})
