import { describe, expect, test } from 'vitest'
import { defaultUtilization } from '#src/advice/fit/rules.ts'
import { placementOf } from '#src/advice/placement.ts'
import { utilizationAdvice } from '#src/advice/utilization.ts'
import { GiB } from '#src/core/bytes.ts'
import { findModel } from '#src/knowledge/models/catalogue.ts'
import { recipeSchema } from '#src/recipe/schema/recipe.ts'
import { machineWith, nvidia } from './machines.ts'

const spark = machineWith({
  memory: { totalBytes: 121.6 * GiB, availableBytes: 115 * GiB },
  gpus: [nvidia('NVIDIA GB10', '12.1', 1, { memoryTotalBytes: null, memoryFreeBytes: null, unifiedMemory: true })],
})

test.each([
  ['0.19.1', 0.9],
  ['0.20.0', 0.92],
  ['0.32.0', 0.92],
  ['newest', 0.92],
])("vLLM %s takes %d of a card by itself, and that is this machine's too where nobody is on it", (version, share) => {
  const machine = machineWith({ gpus: [nvidia('NVIDIA GeForce RTX 3090', '8.6', 24)] })
  expect(defaultUtilization(version)).toBe(share)
  expect(utilizationAdvice(machine, machine.gpus, version)).toEqual({ utilization: share, why: [] })
})

test('a card with somebody on it gives what is free, less what that one may still take', () => {
  const busy = nvidia('NVIDIA A100-SXM4-80GB', '8.0', 80, { memoryUsedBytes: 40 * GiB, memoryFreeBytes: 40 * GiB })
  const machine = machineWith({ gpus: [nvidia('NVIDIA A100-SXM4-80GB', '8.0', 80), busy] })
  const { utilization, why } = utilizationAdvice(machine, machine.gpus, '0.32.0')
  expect(utilization).toBe(0.44)
  expect(why[0]).toMatchObject({ id: 'utilization-from-free', about: 'layout.utilization' })
  expect(why[0]?.facts).toContain('gpus[1].memoryFreeBytes')
})

describe('where CPU and GPU share one memory', () => {
  test("the host's memory counts, and the system keeps a fifth of it", () => {
    const { utilization, why } = utilizationAdvice(spark, spark.gpus, '0.32.0')
    expect(utilization).toBe(0.8)
    expect(why[0]).toMatchObject({ id: 'utilization-shared-memory' })
  })

  test('what the host has not free is not taken either', () => {
    const full = {
      ...spark,
      memory: machineWith({ memory: { totalBytes: 120 * GiB, availableBytes: 60 * GiB } }).memory,
    }
    expect(utilizationAdvice(full, full.gpus, '0.32.0').utilization).toBeLessThan(0.5)
  })
})

test('a model is laid out with the utilization that is advised, and with fewer requests where states want it', () => {
  const recipe = recipeSchema.parse({
    rigup: 1,
    name: 'case',
    engine: { route: 'vllm-cuda-wheel', version: '0.32.0' },
    model: { source: 'hub', id: 'Qwen/Qwen3.8-27B' },
    workload: { contextTokens: 32_768, users: 4 },
  })
  const card = machineWith({ gpus: [nvidia('NVIDIA RTX PRO 6000 Blackwell', '12.0', 95.6)] })
  const model = findModel('Qwen/Qwen3.8-27B')
  if (model === null) throw new Error('the catalogue lacks the model')
  const placement = placementOf({ machine: card, model, recipe })
  expect(placement).toMatchObject({ utilization: 0.92, state: 'fits' })
  expect(placement?.maxNumSeqs).toBeGreaterThan(100)
  expect(placement?.maxNumSeqs).toBeLessThan(1024)
  expect(placementOf({ machine: spark, model, recipe })).toMatchObject({ utilization: 0.8, state: 'fits' })
})
