import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { type FitOptions, runFit } from '#src/commands/fit.ts'
import { Problem } from '#src/core/problem.ts'

async function run(options: FitOptions): Promise<{ code: number; out: string }> {
  const out = new PassThrough()
  const stream = out as unknown as NodeJS.WriteStream
  const environment = { HOME: '/nonexistent', HF_HUB_OFFLINE: '1' }
  const code = await runFit(options, { stdin: process.stdin, stdout: stream, stderr: stream, environment })
  out.end()
  return { code, out: (await out.toArray()).join('') }
}

describe('rigup fit', () => {
  test('prints the prediction as JSON, without a network', async () => {
    const { code, out } = await run({
      model: 'Qwen/Qwen3-8B-AWQ',
      gpu: 'rtx 3060',
      utilization: '0.85',
      maxModelLen: '16k',
      engineVersion: '0.11.0',
      json: true,
    })
    const result: Record<string, unknown> = JSON.parse(out)
    expect(code).toBe(0)
    expect(Object.keys(result)).toEqual(
      expect.arrayContaining([
        'starts',
        'weightsGibPerGpu',
        'kvGibPerGpu',
        'kvTokens',
        'maxModelLen',
        'concurrency',
        'range',
        'reasons',
      ]),
    )
    expect(result).toMatchObject({
      starts: true,
      maxModelLen: 16_000,
      asked: { tensorParallel: 1, maxModelLen: 16_000 },
      model: { source: 'catalogue' },
    })
  })

  test('ends with 4 where it does not start, and says why and what instead', async () => {
    const { code, out } = await run({ model: 'meta-llama/Llama-3.1-8B-Instruct', gpu: 'RTX 3060' })
    expect(code).toBe(4)
    expect(out).toContain('starts       no')
    expect(out).toContain('instead:')
  })

  test.each([
    [{ gpus: '8' }, 8],
    // 28 heads do not divide by 8 or by 5: the widest that does is taken.
    [{ gpus: '8', model: 'Qwen/Qwen2.5-7B-Instruct' }, 7],
    [{ gpus: '8', pipelineParallel: '2' }, 4],
    [{ gpus: '8', tensorParallel: '2' }, 2],
  ])('chooses a tensor parallel size for %o', async (change, expected) => {
    const { out } = await run({ model: 'Qwen/Qwen3-8B', gpu: 'h100', json: true, ...change })
    expect(JSON.parse(out).asked.tensorParallel).toBe(expected)
  })

  test('takes weights and memory as told', async () => {
    const { out } = await run({
      model: 'Qwen/Qwen3-8B',
      gpu: 'a card nobody knows',
      gpuMemoryMib: '49152',
      weightsGib: '12.5',
      json: true,
    })
    expect(JSON.parse(out)).toMatchObject({ weightsGibPerGpu: 12.5, gpu: { totalGib: 48 } })
  })

  test.each([
    [{ gpu: 'a card nobody knows' }, '--gpu-memory-mib'],
    [{ utilization: '1.5' }, 'rigup fit --help'],
    [{ maxModelLen: 'long' }, 'rigup fit --help'],
    [{ tensorParallel: '0' }, 'rigup fit --help'],
    [{ model: undefined }, 'rigup fit --help'],
  ])('refuses %o as a wrong flag', async (change, next) => {
    const error = await run({ model: 'Qwen/Qwen3-8B', gpu: 'h100', ...change }).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(Problem)
    expect(error).toMatchObject({ exit: 'usage', next: expect.stringContaining(next) })
  })
})
