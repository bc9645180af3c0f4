import { describe, expect, test } from 'vitest'
import type { ExpertKernel } from '#src/advice/fit/expert-padding.ts'
import { balancedPartition } from '#src/advice/fit/partition.ts'
import { stageSizes } from '#src/advice/fit/stages.ts'
import { weightBytesPerStage } from '#src/advice/fit/weights.ts'
import { findModel } from '#src/knowledge/models/catalogue.ts'
import { architectureFromConfig } from '#src/knowledge/models/from-config.ts'
import { similarModel } from '#src/knowledge/models/similar.ts'
import { storedBytes } from '#src/knowledge/models/stored-bytes.ts'

// Two layers, sides that can be multiplied by hand, and no rotary table: max_position_embeddings is left out.
const tiny = {
  model_type: 'llama',
  hidden_size: 1024,
  num_hidden_layers: 2,
  num_attention_heads: 16,
  num_key_value_heads: 4,
  head_dim: 64,
  intermediate_size: 4096,
  vocab_size: 6400,
  tie_word_embeddings: false,
}
const embedding = 6400 * 1024
const queryAndOutput = 2 * 1024 * 16 * 64
const keyAndValue = 2 * 1024 * 4 * 64
const mlp = 3 * 1024 * 4096
const norms = 4 * 1024
const one = { tensorParallel: 1, pipelineParallel: 1, capability: 8.6 }

describe('weights of a small Llama', () => {
  test('are its matrices, two bytes an element', () => {
    const bytes = 2 * (2 * embedding + 2 * (queryAndOutput + keyAndValue + mlp + norms))
    expect(weightBytesPerStage(architectureFromConfig(tiny), one)).toEqual([bytes])
    expect(storedBytes(architectureFromConfig(tiny))).toBe(bytes)
  })

  test('tied embeddings count once', () => {
    const tied = weightBytesPerStage(architectureFromConfig({ ...tiny, tie_word_embeddings: true }), one)
    expect(tied).toEqual([2 * (embedding + 2 * (queryAndOutput + keyAndValue + mlp + norms))])
  })

  test('eight ranks share everything by eight, but four KV heads only by four, and norms not at all', () => {
    const [bytes] = weightBytesPerStage(architectureFromConfig(tiny), { ...one, tensorParallel: 8 })
    // The vocabulary is rounded up to 64 rows per rank: 6,656.
    const vocabulary = (2 * 6656 * 1024) / 8
    expect(bytes).toBe(2 * (vocabulary + 2 * ((queryAndOutput + mlp) / 8 + keyAndValue / 4 + norms)))
  })

  test('two stages: the first has the embedding, the last the output', () => {
    const layer = 2 * (queryAndOutput + keyAndValue + mlp + norms)
    expect(weightBytesPerStage(architectureFromConfig(tiny), { ...one, pipelineParallel: 2 })).toEqual([
      2 * embedding + layer,
      2 * embedding + layer,
    ])
  })

  test('4-bit weights with a 16-bit scale and a zero point per 128 take 4.15625 bits; embeddings and norms stay as they are', () => {
    const awq = { ...tiny, quantization_config: { quant_method: 'awq', bits: 4, group_size: 128, zero_point: true } }
    const quantized = (2 * (queryAndOutput + keyAndValue + mlp) * 4.15625) / 8
    expect(weightBytesPerStage(architectureFromConfig(awq), one)).toEqual([2 * (2 * embedding + 2 * norms) + quantized])
  })

  test('a stated size of the files is taken for the whole', () => {
    const stated = architectureFromConfig({ ...tiny, safetensors_total_bytes: 80e6 })
    expect(weightBytesPerStage(stated, one)[0]).toBeCloseTo(80e6, 0)
    expect(storedBytes(stated)).toBe(80e6)
  })
})

describe('MXFP4 experts', () => {
  const architecture = findModel('openai/gpt-oss-20b')?.architecture
  if (architecture === undefined) throw new Error('the catalogue lacks gpt-oss')
  const bytes = (kernel: ExpertKernel, tensorParallel = 1): number =>
    weightBytesPerStage(architecture, { ...one, tensorParallel, ...kernel })[0] ?? 0
  // 24 layers of 32 experts with three matrices of 2,880 x 2,880.
  const experts = (share: number, width: number): number => 24 * 32 * 3 * share * width * (4.25 / 8)
  const ampere: ExpertKernel = { capability: 8.6 }

  test.each<[string, ExpertKernel, number, number]>([
    ['Hopper through Triton', { capability: 9, vllmVersion: '0.14.1' }, 2880, 3072],
    ['Hopper through Marlin', { capability: 9, vllmVersion: '0.11.2' }, 2944, 3072],
    ['consumer Blackwell through Marlin', { capability: 12, vllmVersion: '0.30.0' }, 2944, 3072],
    ['data-centre Blackwell', { capability: 10, vllmVersion: '0.14.1' }, 3072, 3072],
    ['ROCm', { capability: null, vendor: 'amd', vllmVersion: '0.14.1' }, 3072, 3072],
  ])('%s: sizes are rounded up to what the kernel wants', (_name, kernel, share, width) => {
    expect(bytes(kernel) - bytes(ampere)).toBeCloseTo(experts(share, width) - experts(2944, 3072), -2)
  })

  test('each card rounds its own share', () => {
    const quarter = { capability: 10, vllmVersion: '0.14.1' }
    expect(bytes(quarter, 4) - bytes(ampere, 4)).toBeCloseTo(experts(768, 3072) - experts(768, 3072), -2)
    expect(bytes(ampere, 2)).toBeGreaterThan(bytes(ampere) / 2)
  })
})

test.each([
  [36, 1, [36]],
  [36, 4, [9, 9, 9, 9]],
  [38, 4, [9, 10, 10, 9]],
  [61, 8, [7, 7, 8, 8, 8, 8, 8, 7]],
])('%i layers in %i stages: what is left over goes before the last', (layers, stages, sizes) => {
  expect(stageSizes(layers, stages)).toEqual(sizes)
})

describe('layers over pipeline stages', () => {
  const model = similarModel('somebody/Qwen2.5-72B-Instruct-GPTQ-Int8')?.architecture
  if (model === undefined) throw new Error('the catalogue lacks Qwen2.5-72B')
  const eight = { tensorParallel: 1, pipelineParallel: 8, capability: 8.6 }

  test('the ends give layers away to the middle, because they hold embedding and output', () => {
    const partition = balancedPartition(model, eight)
    expect(partition?.layers).toHaveLength(8)
    expect(partition?.layers.reduce((sum, size) => sum + size, 0)).toBe(80)
    expect(partition?.layers[0]).toBeLessThan(10)
    expect(partition?.layers[7]).toBeLessThan(10)
    const bytes = weightBytesPerStage(model, { ...eight, layersPerStage: partition?.layers })
    expect(Math.max(...bytes)).toBe(partition?.after)
    expect(Math.max(...bytes)).toBeLessThan(Math.max(...weightBytesPerStage(model, eight)))
  })

  test('one stage, and a model without much vocabulary, are left as they are', () => {
    expect(balancedPartition(model, one)).toBeNull()
    expect(
      balancedPartition(architectureFromConfig({ ...tiny, vocab_size: 64 }), { ...one, pipelineParallel: 2 }),
    ).toBeNull()
  })

  test('a partition that does not add up is not believed', () => {
    const odd = weightBytesPerStage(model, { ...eight, layersPerStage: [80, 1] })
    expect(odd).toEqual(weightBytesPerStage(model, eight))
  })
})
