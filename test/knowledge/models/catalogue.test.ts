import { describe, expect, test } from 'vitest'
import { catalogueDate, findModel, listModels } from '#src/knowledge/models/catalogue.ts'
import { parameterCounts, totalParameters } from '#src/knowledge/models/parameters.ts'
import { similarModel } from '#src/knowledge/models/similar.ts'

describe('the catalogue', () => {
  const models = listModels()

  test('has several hundred models of every kind, and a date', () => {
    expect(models.length).toBeGreaterThan(500)
    expect(catalogueDate).toMatch(/^\d{4}-\d\d-\d\d$/)
    const kinds = new Set(
      models.flatMap(({ architecture }) =>
        architecture.layers.flatMap((layer) => layer.caches.map((cache) => cache.kind)),
      ),
    )
    expect(kinds).toEqual(new Set(['full', 'sliding', 'chunked', 'latent', 'state']))
    expect(models.filter(({ architecture }) => architecture.experts !== null).length).toBeGreaterThan(100)
    expect(models.filter(({ quantization }) => quantization !== null).length).toBeGreaterThan(100)
  })

  test('every model has layers, a size, and a source', () => {
    for (const one of models) {
      expect(one.architecture.layers.length, one.id).toBeGreaterThan(0)
      expect(one.bytes, one.id).toBeGreaterThan(1e7)
      expect(one.source, one.id).toMatch(/\S/)
      expect(['config file', 'table in code', 'derived'], one.id).toContain(one.confidence)
      expect(one.id).toMatch(/^[\w.-]+\/[\w.-]+$/)
    }
  })

  test.each([
    ['meta-llama/Llama-3.1-8B-Instruct', 8.03e9],
    ['Qwen/Qwen3-8B', 8.19e9],
    ['Qwen/Qwen3-30B-A3B', 30.5e9],
    ['deepseek-ai/DeepSeek-V3', 671e9],
    ['openai/gpt-oss-20b', 20.9e9],
    ['openai/gpt-oss-120b', 116.8e9],
    ['Qwen/Qwen3-Next-80B-A3B-Instruct', 79.7e9],
    ['nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16', 31.6e9],
    ['google/gemma-3-27b-it', 27.4e9],
    ['mistralai/Mixtral-8x7B-Instruct-v0.1', 46.7e9],
  ])('counts the parameters of %s within 2 %% of what its makers say', (id, stated) => {
    const architecture = findModel(id)?.architecture
    if (architecture === undefined) throw new Error(`the catalogue lacks ${id}`)
    expect(Math.abs(totalParameters(parameterCounts(architecture)) / stated - 1)).toBeLessThan(0.02)
  })
})

test.each([
  // What the makers' file lists add up to.
  ['deepseek-ai/DeepSeek-V3', 688.6e9],
  ['openai/gpt-oss-20b', 13.76e9],
  ['openai/gpt-oss-120b', 65.25e9],
  ['Qwen/Qwen3-8B-AWQ', 6.1e9],
])('counts the bytes of %s within 3 %%', (id, stated) => {
  expect(Math.abs((findModel(id)?.bytes ?? 0) / stated - 1)).toBeLessThan(0.03)
})

describe('finding a model', () => {
  test.each([
    ['qwen/qwen3-8b', 'Qwen/Qwen3-8B'],
    [' Qwen/Qwen3-8B ', 'Qwen/Qwen3-8B'],
    ['Qwen3-14B', 'Qwen/Qwen3-14B'],
    ['/models/Qwen3-14B/', 'Qwen/Qwen3-14B'],
    ['models--Qwen--Qwen3-14B', 'Qwen/Qwen3-14B'],
    ['Qwen2___5-3B', 'Qwen/Qwen2.5-3B'],
  ])('%s is %s', (asked, id) => {
    expect(findModel(asked)?.id).toBe(id)
  })

  test.each(['nobody/Nothing-7B', 'somebody/Qwen3-8B', '', '../..', 'Qwen'])('%s is nothing', (asked) => {
    expect(findModel(asked)).toBeNull()
  })

  test('published formats of one model know each other', () => {
    expect(findModel('Qwen/Qwen3-8B')?.variants).toContain('Qwen/Qwen3-8B-AWQ')
    expect(findModel('Qwen/Qwen3-8B-AWQ')?.variants).toContain('Qwen/Qwen3-8B')
    expect(findModel('Qwen/Qwen3-8B')?.variants).not.toContain('Qwen/Qwen3-4B')
  })

  test('Llama is gated, Qwen3 is not, and what nobody said is not known', () => {
    expect(findModel('meta-llama/Llama-3.1-8B-Instruct')?.gated).toBe(true)
    expect(findModel('Qwen/Qwen3-8B')).toMatchObject({ gated: false, licence: 'Apache-2.0' })
    expect(findModel('tiiuae/Falcon3-1B-Instruct')?.gated).toBeNull()
  })
})

describe('a guess by the name', () => {
  test.each([
    ['someone/Qwen3-14B-AWQ', 'Qwen/Qwen3-14B-AWQ', 4],
    ['someone/Qwen3-14B-GPTQ-Int8', 'Qwen/Qwen3-14B', 8],
    ['someone/Qwen2.5-72B-Instruct-GPTQ-Int8', 'Qwen/Qwen2.5-72B-Instruct-GPTQ-Int8', 8],
    ['someone/Qwen3-14B-NVFP4', 'Qwen/Qwen3-14B', 4],
  ])('%s is %s in %i bits', (id, like, bits) => {
    const similar = similarModel(id)
    expect(similar?.like.id).toBe(like)
    expect(similar?.architecture.quantization?.bits).toBe(bits)
  })

  test('another name is no guess', () => {
    expect(similarModel('someone/Unheard-Of-9B-AWQ')).toBeNull()
  })
})

test('what a name says of the size is what the shape gives, but for mixtures that are named after a part', () => {
  const otherwise = /Llama-4-|1_8B|1_6b|MiniCPM-2B|Falcon3-1B|Nemotron|Zamba2/
  for (const model of listModels().filter(({ id }) => !otherwise.test(id))) {
    const sizes = [...(model.id.split('/')[1] ?? '').matchAll(/(?<![A-Za-z\d.])(\d+(?:\.\d+)?)B(?![a-z])/gi)]
    if (sizes.length === 0) continue
    const billions = Math.max(...sizes.map((size) => Number(size[1])))
    // A quantized checkpoint whose shape is incomplete is told by its bytes alone.
    if (model.quantization !== null || /NVFP4|FP8|Int/i.test(model.id) || /-2512|3\.5-128B/.test(model.id)) continue
    expect(model.parameters / 1e9 / billions, `${model.id}: ${model.parameters}`).toBeGreaterThan(0.6)
    expect(model.parameters / 1e9 / billions, `${model.id}: ${model.parameters}`).toBeLessThan(1.5)
  }
})
