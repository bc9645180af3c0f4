import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { exitCodes } from '#src/core/problem.ts'
import { planSchema } from '#src/plan/plan.ts'
import { parseRecipe } from '#src/recipe/parse.ts'
import { openJournal } from '#src/run/journal.ts'
import { takeLock } from '#src/run/run-lock.ts'
import { createRun, listRuns } from '#src/run/runs.ts'
import { projectRoot, TestTerminal } from '#test/support/terminal.ts'

const run = promisify(execFile)

let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'rigup-command-line-'))
  await symlink(join(projectRoot, 'recipes'), join(home, 'recipes'))
  await run(process.execPath, [join(projectRoot, 'scripts/build.mjs'), join(home, 'dist')])
})
afterAll(() => rm(home, { recursive: true }))

/** Further variables of the operator. */
let variables: Record<string, string> = {}
afterEach(() => {
  variables = {}
})

type Ended = { code: number; out: string; said: string }

/** The program itself, without a terminal and with folders of its own. */
async function rigup(...argv: string[]): Promise<Ended> {
  const env = {
    ...variables,
    PATH: process.env['PATH'],
    HOME: home,
    XDG_CONFIG_HOME: join(home, 'config'),
    HF_HUB_OFFLINE: '1',
  }
  return run(process.execPath, [join(home, 'dist/rigup.js'), ...argv], { env, maxBuffer: 2 ** 26 }).then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout, said: stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
      code,
      out: stdout,
      said: stderr,
    }),
  )
}

describe('a recipe is given by its file or by its name', () => {
  const recipe = (name: string, description: string): string =>
    `rigup: 1\nname: ${name}\ndescription: ${description}\nmodel: { source: proof, id: proof }\nengine: { route: vllm-cpu, version: newest }\n`
  const saved = () => join(home, 'config/rigup/recipes')
  beforeAll(async () => {
    await mkdir(saved(), { recursive: true })
    await writeFile(join(saved(), 'my-rig.yaml'), recipe('my-rig', 'as it was proved here'))
    await writeFile(join(saved(), 'mining-rig.yaml'), recipe('mining-rig', 'my own'))
    await writeFile(join(saved(), 'broken.yaml'), 'rigup: 99\n')
  })

  test.each([
    ['a file', () => join(saved(), 'my-rig.yaml'), 'my-rig'],
    ['a saved one', () => 'my-rig', 'my-rig'],
    ['one that ships', () => 'cpu-proof', 'cpu-proof'],
  ])('%s, in every command that takes one', async (_, given, name) => {
    const plan = await rigup('plan', given(), '--machine', 'cpu-server', '--json')
    expect([plan.code, JSON.parse(plan.out).recipe]).toEqual([exitCodes.ok, name])
    const script = await rigup('export', given(), '--machine', 'cpu-server', '--to', 'sh')
    expect([script.code, script.out]).toEqual([exitCodes.ok, expect.stringContaining(`from the recipe ${name};`)])
  })

  test('the operator’s own goes before one of the same name that ships', async () => {
    const { out } = await rigup('plan', 'mining-rig', '--machine', 'cpu-server', '--json')
    expect(out).toContain('vllm-cpu')
    expect(out).not.toContain('swap-file')
  })

  test('both kinds are listed, and what cannot be read is no reason to list none', async () => {
    const { code, out } = await rigup('recipes')
    expect(code).toBe(exitCodes.ok)
    expect(out).toMatch(/^my-rig +saved: as it was proved here$/m)
    expect(out).toMatch(/^mining-rig +saved: my own$/m)
    expect(out).toMatch(/^broken +saved: cannot be read/m)
    expect(out).toMatch(/^cpu-proof +\S/m)
  })

  test('a folder is said to be one', async () => {
    const { code, said } = await rigup('apply', saved(), '--yes')
    expect([code, said]).toEqual([exitCodes.input, expect.stringContaining('It is a folder, not a file.')])
  })

  test('one that is not there is said to be neither', async () => {
    const { code, said } = await rigup('apply', 'not-there', '--yes')
    expect([code, said]).toEqual([exitCodes.input, expect.stringContaining('rigup recipes')])
  })
})

describe('a wrong command line ends with 2 and says what to do', () => {
  test.each([
    ['a word that is no command', ['frobnicate'], /no command "frobnicate"[\s\S]*apply[\s\S]*next: rigup --help/],
    ['an unknown flag', ['--frob'], /unknown option[\s\S]*next: rigup --help/],
    ['an unknown flag of a command', ['apply', 'cpu-proof', '--frob'], /unknown option[\s\S]*next: rigup apply --help/],
    ['nothing where a recipe belongs', ['plan'], /missing required argument[\s\S]*next: rigup plan --help/],
    ['a value that a field does not take', ['--port', '99999'], /--port cannot be "99999"[\s\S]*1 to 65535/],
  ])('%s', async (_case, argv, text) => {
    const { code, out, said } = await rigup(...argv)
    expect([code, out, said]).toEqual([exitCodes.usage, '', expect.stringMatching(text)])
    expect(said).not.toContain('worker')
  })
})

describe('rigup apply', () => {
  const runs = () => join(home, '.local/state/rigup/runs')
  const path = () => join(home, 'again.yaml')
  beforeAll(async () => {
    const proof = 'model: { source: proof, id: proof }\nengine: { route: vllm-cpu, version: newest }\n'
    await writeFile(path(), `rigup: 1\nname: again\n${proof}`)
  })

  test('makes no run while another goes on, and says what to do', async () => {
    const release = await takeLock(runs(), '/the/run/of/another')
    const { code, said } = await rigup('apply', path(), '--yes').finally(release)
    expect([code, said]).toEqual([exitCodes.busy, expect.stringMatching(/Another run is going on[\s\S]*rigup stop/)])
    expect(await readdir(runs())).toEqual([])
  })

  test('begins nothing where its files cannot be written', async () => {
    variables = { XDG_DATA_HOME: path() }
    const { code, said } = await rigup('apply', path(), '--yes')
    expect([code, said]).toEqual([exitCodes.machine, expect.stringMatching(/nothing was begun[\s\S]*XDG_DATA_HOME/)])
    expect(await readdir(runs())).toEqual([])
  })

  test('attaches to a run of its own that goes on, also where what that run has taken would keep it from being begun', async () => {
    const low = join(home, 'low.yaml')
    await writeFile(low, (await readFile(path(), 'utf8')).replace('again', 'low').concat('server: { port: 80 }\n'))
    const { advice: _, ...plan } = JSON.parse((await rigup('plan', low, '--json')).out)
    const directory = await createRun({ plan: planSchema.parse(plan), recipe: '' }, runs())
    const journal = await openJournal(directory)
    await journal.append({ type: 'run-started', pid: 1, recipe: 'low', asRoot: false })
    await journal.append({ type: 'run-finished', outcome: 'failed' })
    await journal.close()
    expect(await rigup('apply', low, '--yes')).toMatchObject({ code: exitCodes.machine })
    const release = await takeLock(runs(), directory)
    const { code, said } = await rigup('apply', low, '--yes').finally(release)
    await rm(directory, { recursive: true })
    expect([code, said]).toEqual([exitCodes.failed, expect.stringContaining(directory)])
  })

  test('only saves the recipe of a run that is done and whose recipe could not be saved', async () => {
    const { advice: _, ...plan } = JSON.parse((await rigup('plan', path(), '--json')).out)
    const directory = await createRun({ plan: planSchema.parse(plan), recipe: '' }, runs())
    const journal = await openJournal(directory)
    await journal.append({ type: 'run-started', pid: 1, recipe: 'again', asRoot: false })
    await journal.append({ type: 'run-finished', outcome: 'done' })
    await journal.close()
    await writeFile(join(home, 'file'), '')
    const refused = await rigup('apply', path(), '--yes', '--save', join(home, 'file/again.yaml'))
    expect([refused.code, refused.said]).toEqual([exitCodes.machine, expect.stringContaining('nothing is done twice')])
    const saved = await rigup('apply', path(), '--yes', '--save', join(home, 'saved.yaml'))
    expect([saved.code, saved.said]).toEqual([exitCodes.ok, expect.stringMatching(/only its recipe is not saved yet/)])
    expect(parseRecipe(await readFile(join(home, 'saved.yaml'), 'utf8'), 'saved').machine).toBeDefined()
    expect(await listRuns(runs())).toEqual([directory])
  })
})

describe('a machine is given by its file, its folder of outputs or its name', () => {
  test.each([
    ['a name', async () => 'cpu-server'],
    [
      'a file',
      async () => {
        await cp(join(projectRoot, 'recipes/machines/cpu-server.yaml'), join(home, 'machine.yaml'))
        return join(home, 'machine.yaml')
      },
    ],
    [
      'a folder of outputs',
      async () => {
        await mkdir(join(home, 'outputs'))
        await writeFile(join(home, 'outputs/meminfo.txt'), 'MemTotal:       16384000 kB\n')
        return join(home, 'outputs')
      },
    ],
  ])('%s', async (_, make) => {
    const given = await make()
    const plan = await rigup('plan', 'cpu-proof', '--machine', given, '--json')
    expect([plan.code, JSON.parse(plan.out).recipe]).toEqual([exitCodes.ok, 'cpu-proof'])
    const machine = await rigup('detect', '--from', given, '--json', '--values')
    expect([machine.code, JSON.parse(machine.out).memory.totalBytes]).toEqual([exitCodes.ok, expect.any(Number)])
  })
})

test('an export that this machine has no room for says how to name the one that it is for', async () => {
  const large = join(home, 'large.yaml')
  const text = await readFile(join(projectRoot, 'recipes/mining-rig.yaml'), 'utf8')
  await writeFile(large, text.replace(/bytes: \d+/, `bytes: ${2 ** 50}`))
  const { code, said } = await rigup('export', large, '--to', 'client')
  expect([code, said]).toEqual([exitCodes.machine, expect.stringMatching(/next: name the machine.*--machine FILE/)])
})

describe('signs that are not ASCII', () => {
  test.each([
    ['have twins on a terminal that cannot show them', 'C', /PCIe x1 of x16/],
    ['stay on one that can', 'C.UTF-8', /PCIe ×1 of ×16/],
  ])('%s', async (_case, locale, text) => {
    const argv: [string, ...string[]] = [
      process.execPath,
      join(home, 'dist/rigup.js'),
      'detect',
      '--from',
      'mining-rig',
    ]
    const terminal = new TestTerminal(argv, { columns: 120, env: { LC_ALL: locale, HOME: home } })
    await terminal.exited
    expect(terminal.output).toMatch(text)
  })

  test('stay in what is written to a file', async () => {
    variables = { LC_ALL: 'C' }
    expect((await rigup('detect', '--from', 'mining-rig')).out).toMatch(/PCIe ×1 of ×16/)
  })
})

describe('rigup fit', () => {
  test('takes the words of the wizard too', async () => {
    const asked = ['fit', '--model', 'Qwen/Qwen3-8B-AWQ', '--gpu', 'RTX 3060', '--gpus', '2', '--json']
    const short = await rigup(...asked, '--tp', '1', '--pp', '2', '--util', '0.8', '--vllm', '0.11.0')
    const long = [
      ...['--tensor-parallel', '1', '--pipeline-parallel', '2'],
      ...['--utilization', '0.8', '--engine-version', '0.11.0'],
    ]
    expect(await rigup(...asked, ...long)).toEqual(short)
    expect(JSON.parse(short.out).asked).toMatchObject({
      ...{ tensorParallel: 1, pipelineParallel: 2, utilization: 0.8, vllmVersion: '0.11.0' },
    })
  })
})

test.each([['abc'], ['-1'], ['1.5'], ['']])('rigup diagnose --context "%s" is a wrong command line', async (lines) => {
  const { code, said } = await rigup('diagnose', '/dev/null', `--context=${lines}`)
  expect([code, said]).toEqual([exitCodes.usage, expect.stringContaining('--context')])
})

test.each([
  [['detect']],
  [['detect', '--json']],
  [['plan', 'cpu-proof']],
  [['plan', 'cpu-proof', '--json']],
  ...['sh', 'systemd', 'client'].map((target) => [['export', 'cpu-proof', '--to', target]]),
])('rigup %j shows no secret of the shell', async (argv) => {
  variables = {
    HF_TOKEN: 'hf_markerOfTheHub',
    UV_INDEX_INTERNAL_PASSWORD: 'marker-of-uv',
    PIP_INDEX_URL: 'http://me:marker-of-the-index@127.0.0.1:9/simple',
    PIP_FIND_LINKS: 'http://me:marker-of-wheels@127.0.0.1:9/wheels',
    HTTPS_PROXY: 'http://me:marker-of-the-proxy@127.0.0.1:9',
    VLLM_API_KEY: 'marker-of-an-engine',
  }
  const { code, out, said } = await rigup(...argv)
  expect([code, `${out}${said}`.match(/.*marker.*/gi)]).toEqual([exitCodes.ok, null])
})

describe('a reader that has gone', () => {
  /** Ends the reading of one stream before the program writes, and gives its exit code and what it says on the other. */
  async function withClosed(closed: 'stdout' | 'stderr', ...argv: string[]): Promise<[unknown, string]> {
    const child = spawn(process.execPath, [join(home, 'dist/rigup.js'), ...argv], { env: { HOME: home } })
    child[closed].destroy()
    const [said, [code]] = await Promise.all([
      text(closed === 'stdout' ? child.stderr : child.stdout),
      once(child, 'close') as Promise<[unknown]>,
    ])
    return [code, said]
  }

  test('is no defect: it had enough, as head has', async () => {
    expect(await withClosed('stdout', 'schema', 'recipe')).toEqual([exitCodes.ok, ''])
  })

  test('of what is said about the work does not end the work', async () => {
    const [code, out] = await withClosed('stderr', 'export', 'cpu-proof', '--machine', 'radeon-desktop', '--to', 'sh')
    expect([code, out.includes('All done.')]).toEqual([exitCodes.ok, true])
  })
})
