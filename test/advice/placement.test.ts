import { describe, expect, test } from 'vitest'
import { placementOf } from '#src/advice/placement.ts'
import { findModel } from '#src/knowledge/models/catalogue.ts'
import { recipeSchema } from '#src/recipe/schema/recipe.ts'
import { machineWith, nvidia } from './machines.ts'

function place(
  id: string,
  card: [name: string, capability: string, gib: number],
  workload: object,
  engine: object = {},
) {
  const model = findModel(id)
  if (model === null) throw new Error(`the catalogue lacks ${id}`)
  const recipe = recipeSchema.parse({
    rigup: 1,
    name: 'case',
    engine: { route: 'vllm-cuda-wheel', version: '0.33.0', ...engine },
    model: { source: 'hub', id },
    workload,
  })
  return placementOf({ machine: machineWith({ gpus: [nvidia(...card)] }), model, recipe })
}

const desk = ['NVIDIA GeForce RTX 3060', '8.6', 12] as const

describe('requests at once', () => {
  test('are lowered where the graphs of many leave too little room, saying why and what it frees', () => {
    const placement = place('Qwen/Qwen3-4B', [...desk], { contextTokens: 4096, users: 1 })
    expect(placement).toMatchObject({ state: 'fits', maxModelLen: 4096 })
    expect([64, 16]).toContain(placement?.maxNumSeqs)
    const reason = placement?.settingsWhy.find(({ id }) => id === 'fewer-sequences')
    expect(reason?.why).toMatch(/leave [\d.]+ GiB more/)
  })

  test('are left to the engine where there is room', () => {
    const placement = place('Qwen/Qwen3-4B', ['NVIDIA A100', '8.0', 80], { contextTokens: 4096, users: 1 })
    expect(placement).toMatchObject({ state: 'fits', maxNumSeqs: null })
  })

  test('are never fewer than the users', () => {
    const placement = place('Qwen/Qwen3-4B', [...desk], { contextTokens: 512, users: 40 })
    expect(placement?.maxNumSeqs ?? 256).toBeGreaterThanOrEqual(40)
  })

  test('have no part in it where no graphs are captured', () => {
    const eager = { compilation: 'none' }
    expect(place('Qwen/Qwen3-4B', [...desk], { contextTokens: 4096, users: 1 }, eager)?.maxNumSeqs).toBeNull()
  })
})

test('what fits only in the middle of the prediction, and not at its low end, is tight', () => {
  const lengths = [1024, 4096, 8192, 12288, 16384, 20480, 24576]
  for (const contextTokens of lengths) {
    const placement = place('Qwen/Qwen3-4B', [...desk], { contextTokens, users: 1 })
    const isSure = (placement?.fit.range.maxModelLen.low ?? 0) >= contextTokens
    expect(placement?.state, String(contextTokens)).toBe(isSure ? 'fits' : 'tight')
  }
})
