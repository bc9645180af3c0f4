import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { exitProblem } from '#src/launch/engine-exit.ts'
import { listProcesses, treeOf } from '#src/launch/processes.ts'
import { stopServer } from '#src/launch/stop.ts'
import type { Serve } from '#src/plan/serve.ts'
import { freePort, type Launch, launch } from './support/launch.ts'

const standIn = fileURLToPath(new URL('../stand-ins/engine.ts', import.meta.url))
const started: Launch[] = []

afterEach(async () => {
  for (const each of started.splice(0)) {
    each.stop()
    await each.done
  }
})

async function start(behaviour: string, changes: Partial<Serve> = {}): Promise<Launch> {
  const port = changes.port ?? (await freePort())
  const each = await launch(
    {
      engine: 'vllm',
      purpose: 'proof',
      argv: [process.execPath, standIn, String(port), behaviour],
      environment: {},
      host: '127.0.0.1',
      port,
      servedName: 'stand-in',
      prompts: [{ prompt: 'Say hello.', expected: 'Grüß dich 👋', maxTokens: 8 }],
      alarm: 'A part of me is missing.',
      stallSeconds: 20,
      afterTest: 'stop',
      ...changes,
    },
    { PATH: process.env['PATH'] ?? '', HOME: '/tmp' },
  )
  started.push(each)
  return each
}

async function left(pid: number): Promise<string[]> {
  return treeOf(pid, await listProcesses()).map(({ name }) => name)
}

describe('an engine that works', () => {
  test('is ready, generates, is measured, and is stopped', async () => {
    const each = await start('good')
    expect(await each.done).toBeNull()
    expect(each.events.map(({ type }) => type).filter((type) => type !== 'phase' && type !== 'generating')).toEqual([
      'spawned',
      'ready',
      'generated',
      'stopped',
    ])
    expect(each.events).toContainEqual(
      expect.objectContaining({ type: 'ready', models: ['stand-in'], maxModelLen: 1024 }),
    )
    const generated = each.events.find((event) => event.type === 'generated')
    expect(generated).toMatchObject({ text: 'Grüß dich 👋', matches: true, completionTokens: 7 })
    expect(generated?.type === 'generated' && generated.firstTokenMilliseconds).toBeGreaterThan(0)
    expect(await left(each.pid())).toEqual([])
  })

  test('is left running where that is wanted, and stopped later by its identity', async () => {
    const each = await start('good', { afterTest: 'keep' })
    expect(await each.done).toBeNull()
    expect(each.events.at(-1)).toEqual({ type: 'kept', pid: each.pid() })
    const spawned = each.events.find((event) => event.type === 'spawned')
    const identity = spawned?.type === 'spawned' ? spawned.identity : undefined
    const another = identity && { ...identity, startTime: '1' }
    expect(await stopServer({ pid: each.pid(), identity: another })).toMatchObject({ wasRunning: false })
    expect(await left(each.pid())).not.toEqual([])
    expect(await stopServer({ pid: each.pid(), identity })).toMatchObject({ wasRunning: true, by: 'SIGINT' })
    expect(await left(each.pid())).toEqual([])
    expect(await stopServer({ pid: each.pid(), identity })).toMatchObject({ wasRunning: false })
  })

  test('gets its API key by file and header, never on a command line', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rigup-key-'))
    const apiKeyFile = join(folder, 'api-key')
    await writeFile(apiKeyFile, 'sk-very-secret-key\n', { mode: 0o600 })
    const each = await start('good', { apiKeyFile, afterTest: 'keep' })
    expect(await each.done).toBeNull()
    expect(await readFile(`/proc/${each.pid()}/cmdline`, 'utf8')).not.toContain('secret')
    await stopServer({ pid: each.pid() })
    expect(JSON.stringify(each.events)).not.toContain('secret')
  })
})

describe('a container that does not start', () => {
  test.each([125, 126, 127])('is told from an engine that ends, with the words of its tool (%i)', (code) => {
    const problem = exitProblem({ code, signal: null }, 0, '/log', { name: 'podman', said: 'Error: no such image' })
    expect(problem).toMatchObject({ message: 'podman could not start the container.', why: 'Error: no such image' })
    expect(exitProblem({ code, signal: null }, 0, '/log').message).toMatch(/ended before it was ready/)
  })
})

describe('an engine that does not work', () => {
  const cases: [string, { what: RegExp; why?: RegExp; exit: string }][] = [
    ['exits', { what: /ended before it was ready \(exit code 2\)/, exit: 'failed' }],
    ['illegal-instruction', { what: /instruction that this CPU does not have/, exit: 'machine' }],
    ['error-500', { what: /ready, but it does not generate/, why: /HTTP 500: EngineCore encountered/, exit: 'failed' }],
    ['error-midway', { what: /ready, but it does not generate/, why: /KeyError in EngineCore/, exit: 'failed' }],
    ['cut-off', { what: /ready, but it does not generate/, exit: 'failed' }],
    ['dies-generating', { what: /ended/, exit: 'failed' }],
    ['garbage', { what: /not with a chat completion/, why: /It sent: <html>welcome/, exit: 'failed' }],
    ['no-list', { what: /it is no engine/, why: /hello/, exit: 'failed' }],
    ['wrong-text', { what: /wrong ones: 1 of 1/, why: /"!+" instead of "Grüß dich 👋"/, exit: 'failed' }],
    ['alarm', { what: /wrong ones/, why: /does not reach the others/, exit: 'failed' }],
  ]
  test.each(cases)('%s', async (behaviour, expected) => {
    const each = await start(behaviour)
    const problem = await each.done
    expect(problem?.message).toMatch(expected.what)
    if (expected.why) expect(problem?.why).toMatch(expected.why)
    expect(problem?.exit).toBe(expected.exit)
    expect(await readFile(problem?.log ?? '', 'utf8')).toContain('vLLM API server version')
    expect(await left(each.pid())).toEqual([])
  })

  test('says nothing when asked: silence has a limit', async () => {
    const each = await start('says-nothing', { stallSeconds: 1 })
    expect((await each.done)?.why).toMatch(/Not one token came within 1 s|used no processor/)
  })

  test('never becomes ready and does nothing: it is given up', async () => {
    const each = await start('never-ready', { stallSeconds: 2 })
    expect((await each.done)?.message).toMatch(/no longer gets on/)
    expect(await left(each.pid())).toEqual([])
  })

  test('is not there', async () => {
    const each = await start('good', { argv: ['/nowhere/vllm', 'serve'] })
    expect(await each.done).toMatchObject({ exit: 'machine', why: expect.stringContaining('/nowhere/vllm') })
  })
})

describe('stopping', () => {
  test('a run that is stopped ends the whole tree', async () => {
    const each = await start('never-ready')
    await each.until(({ type }) => type === 'phase')
    const pid = each.pid()
    each.stop()
    expect(await each.done).toMatchObject({ exit: 'interrupted' })
    expect(await left(pid)).toEqual([])
  })

  test('an engine that hears no signal is killed, with a worker in a session of its own', async () => {
    const each = await start('deaf', { afterTest: 'keep' })
    expect(await each.done).toBeNull()
    const members = treeOf(each.pid(), await listProcesses())
    expect(members.map(({ name }) => name)).toContain('sleep')
    expect(await stopServer({ pid: each.pid(), patienceSeconds: 0.3 })).toMatchObject({ by: 'SIGKILL' })
    const pids = (await listProcesses()).map(({ pid }) => pid)
    expect(members.filter(({ pid }) => pids.includes(pid))).toEqual([])
  })
})

test('a port in use is refused before anything starts, with the process that holds it', async () => {
  const holder = createServer()
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
  const address = holder.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const each = await start('good', { port })
  const problem = await each.done
  holder.close()
  expect(problem).toMatchObject({ message: `Port ${port} is in use.`, exit: 'machine' })
  expect(problem?.why).toContain(`Process ${process.pid} `)
  expect(each.events).toEqual([])
})
