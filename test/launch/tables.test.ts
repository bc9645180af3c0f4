import { cp, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { errorMessage } from '#src/launch/api-client.ts'
import { containerOf } from '#src/launch/container.ts'
import { engineEnvironment } from '#src/launch/engine-environment.ts'
import { exitProblem } from '#src/launch/engine-exit.ts'
import { parseNvidia, watchGauges } from '#src/launch/gauges.ts'
import { isRight, looksBroken } from '#src/launch/judge-answers.ts'
import { parseStat, treeOf } from '#src/launch/processes.ts'
import { checkProofModel, proofModel } from '#src/launch/proof-model.ts'
import type { Serve } from '#src/plan/serve.ts'

test.each([
  ['', true],
  [' \n', true],
  ['!!!!!!!!!!!!!!!!', true],
  ['!', false],
  ['\u{fffd}\u{fffd}ab', true],
  ['A graphics card draws pictures.', false],
  ['好', false],
])('%j is broken: %s', (text, broken) => {
  expect(looksBroken(text)).toBe(broken)
  expect(isRight({ prompt: '', maxTokens: 1 }, text)).toBe(!broken)
})

test('a known answer must come word for word; space around it does not count', () => {
  const prompt = { prompt: '', expected: 'one two', maxTokens: 1 }
  expect([' one two\n', 'one  two', 'one two three', ''].map((text) => isRight(prompt, text))).toEqual([
    true,
    false,
    false,
    false,
  ])
})

test.each([
  ['{"error":{"message":"no such model","code":404}}', 'no such model'],
  ['{"error":"model not found"}', 'model not found'],
  ['{"message":"KeyError"}', 'KeyError'],
  ['<html>\u001b[31mbad\ngateway', '<html>bad gateway'],
])('an error body %j says %j', (body, message) => {
  expect(errorMessage(body)).toBe(message)
})

test.each([
  [['docker', 'run', '--rm', '--name', 'rigup-a', 'image'], 'rigup-a'],
  [['/usr/bin/podman', 'run', '--name=rigup-b', 'image'], 'rigup-b'],
  [['docker', 'pull', 'image'], null],
  [['/venv/bin/vllm', 'serve', '--name', 'x'], null],
])('the container of %j is %j', (argv, name) => {
  expect(containerOf(argv)?.name ?? null).toBe(name)
})

test.each([
  [{ code: null, signal: 'SIGILL' }, 0, /instruction/, 'machine'],
  [{ code: 132, signal: null }, 0, /instruction/, 'machine'],
  [{ code: null, signal: 'SIGKILL' }, 1, /memory ran out/, 'machine'],
  [{ code: 1, signal: null }, 2, /memory ran out/, 'machine'],
  [{ code: 137, signal: null }, 0, /killed from outside/, 'failed'],
  [{ code: null, signal: 'SIGTERM' }, 0, /killed from outside/, 'failed'],
  [{ code: 143, signal: null }, 0, /killed from outside/, 'failed'],
  [{ code: 1, signal: null }, 0, /exit code 1/, 'failed'],
] as const)('the end %j with %i kills for memory', (exit, kills, what, name) => {
  const problem = exitProblem(exit, kills, '/log')
  expect(problem.message).toMatch(what)
  expect(problem).toMatchObject({ exit: name, log: '/log' })
})

describe('the environment of an engine', () => {
  const request = { engine: 'vllm', environment: { VLLM_LOGGING_COLOR: '0', PATH: '/venv/bin' } } as unknown as Serve
  const operator = {
    PATH: '/usr/bin',
    HOME: '/home/op',
    HF_TOKEN: 'hf_x',
    https_proxy: 'http://proxy:1',
    CUDA_VISIBLE_DEVICES: '1',
    VLLM_USE_V1: '0',
    PYTHONPATH: '/old',
    VIRTUAL_ENV: '/conda',
    LD_PRELOAD: '/x.so',
  }

  test('keeps what it needs of the operator, and nothing that would change the engine', () => {
    expect(engineEnvironment(request, operator, null)).toEqual({
      PATH: '/venv/bin',
      HOME: '/home/op',
      HF_TOKEN: 'hf_x',
      https_proxy: 'http://proxy:1',
      CUDA_VISIBLE_DEVICES: '1',
      VLLM_LOGGING_COLOR: '0',
    })
  })

  test('carries the key for the API, under the name that the engine reads', () => {
    expect(engineEnvironment(request, {}, 'key')).toMatchObject({ VLLM_API_KEY: 'key' })
    expect(engineEnvironment({ ...request, engine: 'llama-cpp' }, {}, 'key')).toMatchObject({ LLAMA_API_KEY: 'key' })
  })
})

describe('the process table', () => {
  const stat = (pid: number, name: string, parent: number, group: number, session: number) =>
    parseStat(`${pid} (${name}) S ${parent} ${group} ${session} 0 -1 0 0 0 0 0 150 50 0 0 20 0 9 0 4711 0 0`)

  test('is read whatever a program is called', () => {
    expect(stat(7, 'a) R (b', 1, 7, 7)).toMatchObject({
      pid: 7,
      name: 'a) R (b',
      state: 'S',
      cpuTicks: 200,
      startTime: '4711',
    })
    expect(parseStat('nonsense')).toBeNull()
    expect(parseStat('7 (short) S 1')).toBeNull()
  })

  test('a tree holds session, group and descendants, and nothing else', () => {
    const entries = [
      stat(10, 'vllm', 1, 10, 10),
      stat(11, 'EngineCore', 10, 10, 10),
      stat(12, 'Worker', 1, 10, 10),
      stat(13, 'left the session', 11, 13, 13),
      stat(14, 'its child', 13, 13, 13),
      stat(20, 'sshd', 1, 20, 20),
    ].filter((entry) => entry !== null)
    expect(treeOf(10, entries).map(({ pid }) => pid)).toEqual([10, 11, 12, 13, 14])
  })
})

describe('gauges', () => {
  test('nvidia-smi counts in MiB; what it does not tell is unknown', () => {
    expect(parseNvidia('0, 6912, 12288\n1, [N/A], 12288\n')).toEqual([
      { index: 0, usedBytes: 6912 * 2 ** 20, totalBytes: 12288 * 2 ** 20 },
      { index: 1, usedBytes: null, totalBytes: 12288 * 2 ** 20 },
    ])
    expect(parseNvidia('No devices were found\n')).toEqual([])
  })

  test('AMD cards and disks are read from the kernel, memory and swap are those of this machine', async () => {
    const root = await mkdtemp(join(tmpdir(), 'rigup-gauges-'))
    const card = join(root, 'sys/class/drm/card1/device')
    await mkdir(card, { recursive: true })
    await mkdir(join(root, 'proc'))
    await writeFile(join(card, 'mem_info_vram_used'), '1000\n')
    await writeFile(join(card, 'mem_info_vram_total'), '34000\n')
    const disks = (read: number) => ` 8 0 sda 9 9 ${read} 9\n 8 1 sda1 9 9 ${read} 9\n 7 0 loop0 9 9 99999 9\n`
    await writeFile(join(root, 'proc/diskstats'), disks(100))
    const swapTotal = Number(/^SwapTotal:\s+(\d+)/m.exec(await readFile('/proc/meminfo', 'utf8'))?.[1]) * 1024
    const abort = new AbortController()
    const samples = []
    for await (const sample of watchGauges({ signal: abort.signal, intervalMilliseconds: 1, root })) {
      samples.push(sample)
      await writeFile(join(root, 'proc/diskstats'), disks(300))
      if (samples.length === 2) abort.abort()
    }
    expect(samples[0]).toMatchObject({
      gpus: [{ index: 0, usedBytes: 1000, totalBytes: 34000 }],
      ram: { totalBytes: totalmem() },
      swap: { totalBytes: swapTotal },
      diskBytesPerSecond: null,
    })
    const used = samples[0]?.ram.usedBytes ?? 0
    expect(used).toBeGreaterThan(0)
    expect(used).toBeLessThan(totalmem())
    expect(samples[1]?.diskBytesPerSecond).toBeGreaterThan(0)
  })
})

describe('the proof model that ships', () => {
  test('is whole, small, and says what it must answer', async () => {
    const model = await proofModel()
    await checkProofModel(model)
    expect(model.prompts.length).toBeGreaterThanOrEqual(4)
    expect(model.alarm).not.toBe('')
  })

  test('a damaged or missing file is named', async () => {
    const shipped = await proofModel()
    const directory = await mkdtemp(join(tmpdir(), 'rigup-proof-'))
    await cp(shipped.directory, directory, { recursive: true })
    await writeFile(join(directory, 'config.json'), '{}')
    await expect(checkProofModel({ ...shipped, directory })).rejects.toMatchObject({
      exit: 'input',
      why: 'config.json has other content.',
    })
    await writeFile(join(directory, 'proof.json'), '{"schemaVersion": 2}')
    await expect(proofModel(directory)).rejects.toMatchObject({ exit: 'input' })
  })
})
