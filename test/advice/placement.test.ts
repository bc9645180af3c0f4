import { describe, expect, test } from 'vitest'
import { placementOf } from '#src/advice/placement.ts'
import { variantLabel, variantOwner } from '#src/advice/variants.ts'
import { findModel } from '#src/knowledge/models/catalogue.ts'
import { recipeSchema } from '#src/recipe/schema/recipe.ts'
import { machineWith, nvidia, shippedMachine } from './machines.ts'

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

test('what fits only in the middle of the prediction, and not at its low end, is said to be likely', () => {
  const lengths = [1024, 4096, 8192, 12288, 16384, 20480, 24576]
  for (const contextTokens of lengths) {
    const placement = place('Qwen/Qwen3-4B', [...desk], { contextTokens, users: 1 })
    const isSure = (placement?.fit.range.maxModelLen.low ?? 0) >= contextTokens
    expect(placement?.state, String(contextTokens)).toBe(
      isSure ? 'fits' : placement?.maxModelLen === contextTokens ? 'likely' : 'tight',
    )
  }
})

describe('on eight cards behind x1 risers', () => {
  const id = 'Qwen/Qwen2.5-72B-Instruct-GPTQ-Int8'
  const reasonsFor = (contextTokens: number) => {
    const model = findModel(id)
    if (model === null) throw new Error(`the catalogue lacks ${id}`)
    const recipe = recipeSchema.parse({
      rigup: 1,
      name: 'case',
      engine: { route: 'vllm-cuda-wheel', version: '0.33.0', compilation: 'none' },
      model: { source: 'hub', id },
      workload: { contextTokens, users: 1 },
    })
    const placement = placementOf({ machine: shippedMachine('mining-rig'), model, recipe })
    const why = [...(placement?.layout.why ?? []), ...(placement?.settingsWhy ?? [])]
    return { placement, why: new Map(why.map((advice) => [advice.id, advice])) }
  }

  test('stages come before sharing each layer, saying by how much', () => {
    const { placement, why } = reasonsFor(4096)
    expect(placement?.layout.pipelineParallel).toBeGreaterThan(1)
    expect(why.get('layout-pipeline-over-slow-links')?.what).toMatch(
      /not TP 8: [\d.]+ times fewer bytes .* times faster/,
    )
  })

  test('a slower layout is taken where the fastest has too little room, and both are named', () => {
    const { placement, why } = reasonsFor(4096)
    expect(placement?.state).toBe('fits')
    expect(why.get('layout-for-room')?.what).toBe('TP 4 x PP 2 has the room that TP 2 x PP 4 lacks.')
  })
})

test.each([
  ['Qwen/Qwen2.5-72B-Instruct', 'Qwen/Qwen2.5-72B-Instruct', 'as published', null],
  ['Qwen/Qwen2.5-72B-Instruct-GPTQ-Int8', 'Qwen/Qwen2.5-72B-Instruct', 'GPTQ-Int8', null],
  [
    'hugging-quants/Meta-Llama-3.1-8B-Instruct-AWQ-INT4',
    'meta-llama/Llama-3.1-8B-Instruct',
    'AWQ-INT4',
    'hugging-quants',
  ],
  ['someone/other-name-4bit', 'meta-llama/Llama-3.1-8B-Instruct', 'other-name-4bit', 'someone'],
])('%s is called %3$s beside %s', (variant, model, label, owner) => {
  expect(variantLabel({ id: variant }, { id: model })).toBe(label)
  expect(variantOwner({ id: variant }, { id: model })).toBe(owner)
})
