import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { listProcesses, treeOf } from '#src/launch/processes.ts'
import { checkProofModel, proofModel } from '#src/launch/proof-model.ts'
import type { Serve } from '#src/plan/serve.ts'
import { freePort, launch } from '#test/launch/support/launch.ts'

/** The virtual environment of a real vLLM for the CPU, as `rigup apply recipes/cpu-proof.yaml` makes it. */
const environment = process.env['RIGUP_TEST_VENV']
if (!environment) throw new Error('RIGUP_TEST_VENV must name the virtual environment of a real vLLM for the CPU')
const bin = join(environment, 'bin')

const model = await proofModel()

async function request(flags: readonly string[] = [], variables: Record<string, string> = {}): Promise<Serve> {
  const port = await freePort()
  return {
    engine: 'vllm',
    purpose: 'proof',
    argv: [
      join(bin, 'vllm'),
      'serve',
      model.directory,
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      '--served-model-name',
      'rigup-proof',
      '--max-model-len',
      String(model.maxModelLen),
      '--enforce-eager',
      ...flags,
    ],
    environment: {
      PATH: `${bin}:/usr/bin:/bin`,
      VLLM_LOGGING_COLOR: '0',
      VLLM_DISABLE_LOG_LOGO: '1',
      VLLM_NO_USAGE_STATS: '1',
      VLLM_CPU_KVCACHE_SPACE: '1',
      PYTHONUNBUFFERED: '1',
      ...variables,
    },
    host: '127.0.0.1',
    port,
    servedName: 'rigup-proof',
    prompts: [...model.prompts],
    alarm: model.alarm,
    stallSeconds: 420,
    afterTest: 'stop',
  }
}

const twoWorkers = {
  VLLM_CPU_OMP_THREADS_BIND: 'nobind',
  VLLM_CPU_NUM_OF_RESERVED_CPU: '0',
}
const operator = { HOME: process.env['HOME'] ?? '/tmp', VLLM_USE_V1: 'left over in the shell' }

async function left(pid: number): Promise<string[]> {
  return treeOf(pid, await listProcesses()).map(({ name }) => name)
}

describe('a real vLLM', () => {
  test('serves the proof model, alone', async () => {
    await checkProofModel(model)
    const started = await launch(await request(), operator)
    expect(await started.done).toBeNull()
    const answers = started.events.filter((event) => event.type === 'generated')
    expect(answers.map(({ matches }) => matches)).toEqual(model.prompts.map(() => true))
    expect(started.events.at(-1)?.type).toBe('stopped')
    expect(await left(started.pid())).toEqual([])
    console.log(JSON.stringify(started.events.filter(({ type }) => type !== 'generating')))
  })

  test('serves it over two workers', async () => {
    const flags = ['--tensor-parallel-size', '2', '--gpu-memory-utilization', '0.3']
    const started = await launch(await request(flags, twoWorkers), operator)
    expect(await started.done).toBeNull()
    expect(await left(started.pid())).toEqual([])
    console.log(JSON.stringify(started.events.filter(({ type }) => type !== 'generating' && type !== 'phase')))
  })

  test('ready is not running: pipeline parallel on a CPU answers /health and dies at the first request', async () => {
    const flags = ['--pipeline-parallel-size', '2', '--gpu-memory-utilization', '0.3']
    const started = await launch(await request(flags, twoWorkers), operator)
    const problem = await started.done
    expect(started.events.some(({ type }) => type === 'ready')).toBe(true)
    expect(problem).toMatchObject({ exit: 'failed', log: expect.stringContaining('engine-proof.log') })
    expect(await left(started.pid())).toEqual([])
    console.log(problem?.message, problem?.why)
  })

  test('leaves nothing behind when the run is stopped while it loads', async () => {
    const started = await launch(await request(), operator)
    await started.until((event) => event.type === 'phase' && event.phase === 'loading')
    expect(await left(started.pid())).toContain('VLLM::EngineCor')
    started.stop()
    expect(await started.done).toMatchObject({ exit: 'interrupted' })
    expect(await left(started.pid())).toEqual([])
  })

  test('is given up at once when its engine process is killed, and leaves nothing behind', async () => {
    const started = await launch(await request(), operator)
    await started.until((event) => event.type === 'phase' && event.phase === 'loading')
    const engine = treeOf(started.pid(), await listProcesses()).find(({ name }) => name.startsWith('VLLM::EngineCor'))
    process.kill(engine?.pid ?? 0, 'SIGKILL')
    const problem = await started.done
    expect(problem?.message).toMatch(/ended before it was ready/)
    expect(await left(started.pid())).toEqual([])
  })
})
