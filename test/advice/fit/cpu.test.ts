import { expect, test } from 'vitest'
import { type CpuFitInput, fitCpu } from '#src/advice/fit/cpu.ts'
import { GiB } from '#src/core/bytes.ts'
import { findModel } from '#src/knowledge/models/catalogue.ts'
import { architectureFromConfig } from '#src/knowledge/models/from-config.ts'

// Two layers of 2 heads of 64, key and value, two bytes: 1 KiB per token.
const tiny = architectureFromConfig({
  model_type: 'llama',
  hidden_size: 128,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  num_key_value_heads: 2,
  head_dim: 64,
  intermediate_size: 256,
  vocab_size: 512,
  max_position_embeddings: 1024,
})
const asked: CpuFitInput = {
  architecture: tiny,
  memoryBytes: 16 * GiB,
  vllmVersion: '0.32.0',
  kvCacheGib: 1,
  kvCacheDtype: 'auto',
  workers: 1,
}

test('a tiny model and 1 GiB of KV cache: 1,048,576 tokens and 1,024 requests of its length, as the engine logs', () => {
  expect(fitCpu(asked)).toMatchObject({ starts: true, kvTokens: 1_048_576, concurrency: 1024, maxModelLen: 1024 })
})

test('the cache has to hold one request, and the refusal says how much it takes', () => {
  const architecture = findModel('Qwen/Qwen3-8B')?.architecture ?? tiny
  // 144 KiB per token in blocks of 128: 56 blocks fit into 1 GiB, and one of them is held back.
  const refused = fitCpu({ ...asked, architecture, memoryBytes: 64 * GiB, kvCacheGib: 1 })
  expect(refused.starts).toBe(false)
  expect(refused.reasons[0]).toMatchObject({
    id: 'fit-too-long',
    kind: 'refuse',
    what: 'Set the KV cache to 6 GiB, or the length to 7040.',
  })
  expect(fitCpu({ ...asked, architecture, memoryBytes: 64 * GiB, kvCacheGib: 6 }).starts).toBe(true)
})

test('weights and cache have to fit into memory', () => {
  const architecture = findModel('Qwen/Qwen3-8B')?.architecture ?? tiny
  const { starts, reasons } = fitCpu({
    ...asked,
    architecture,
    memoryBytes: 16 * GiB,
    kvCacheGib: 1,
    maxModelLen: 4096,
  })
  expect(starts).toBe(false)
  expect(reasons[0]).toMatchObject({ id: 'fit-cpu-memory', kind: 'refuse' })
})
