import { describe, expect, test } from 'vitest'
import { bytesNeeded, kvCapacity, kvLayout, longestLength } from '#src/advice/fit/kv-groups.ts'
import { type KvSpecOptions, kvSpecs } from '#src/advice/fit/kv-spec.ts'
import { memoryRules } from '#src/advice/fit/rules.ts'
import { findModel } from '#src/knowledge/models/catalogue.ts'
import { architectureFromConfig } from '#src/knowledge/models/from-config.ts'

const whole: KvSpecOptions = {
  tensorParallel: 1,
  elementBytes: 2,
  modelBytes: 2,
  blockTokens: 16,
  windowsManaged: true,
  latentTokenBytes: null,
}

function model(id: string) {
  const found = findModel(id)
  if (found === null) throw new Error(`the catalogue lacks ${id}`)
  return found.architecture
}

function rulesOf(version: string, id = 'Qwen/Qwen3-8B') {
  return memoryRules({ version, architecture: model(id), gpuName: 'H100', capability: '9.0' })
}

function bytesPerToken(id: string, options: Partial<KvSpecOptions> = {}): number {
  const specs = kvSpecs(model(id).layers, { ...whole, ...options })
  return specs.reduce((sum, spec) => sum + spec.pageBytes / spec.blockTokens, 0)
}

describe('bytes of KV cache per token and GPU', () => {
  test.each([
    // layers x KV heads x (key + value) x bytes
    ['meta-llama/Llama-3.1-8B-Instruct', {}, 32 * 8 * 256 * 2],
    ['Qwen/Qwen3-8B', {}, 36 * 8 * 256 * 2],
    ['Qwen/Qwen3-30B-A3B', {}, 48 * 4 * 256 * 2],
    ['Qwen/Qwen2.5-7B-Instruct', { tensorParallel: 2 }, 28 * 2 * 256 * 2],
    // Four KV heads over eight cards: each keeps one, and none keeps half.
    ['Qwen/Qwen2.5-7B-Instruct', { tensorParallel: 8 }, 28 * 1 * 256 * 2],
    ['meta-llama/Llama-3.1-8B-Instruct', { elementBytes: 1 }, 32 * 8 * 256],
    // One latent vector of 512 + 64, and no tensor parallel makes it smaller.
    ['deepseek-ai/DeepSeek-V3', {}, 61 * 576 * 2],
    ['deepseek-ai/DeepSeek-V3', { tensorParallel: 8 }, 61 * 576 * 2],
  ])('%s %o', (id, options, expected) => {
    expect(bytesPerToken(id, options)).toBe(expected)
  })

  test('a sparse indexer keeps a key of 128 bytes and a scale of 4 besides', () => {
    expect(bytesPerToken('deepseek-ai/DeepSeek-V3.2')).toBe(61 * (576 * 2 + 132))
  })
})

describe('groups of layers', () => {
  test('one kind of layer is one group', () => {
    const layout = kvLayout(kvSpecs(model('Qwen/Qwen3-8B').layers, whole), rulesOf('0.12.0'))
    expect(layout.groups).toHaveLength(1)
    expect(layout.bytesPerBlock).toBe(16 * 36 * 8 * 256 * 2)
  })

  test('gpt-oss: 12 full and 12 sliding layers share blocks of 12 layers', () => {
    const layout = kvLayout(kvSpecs(model('openai/gpt-oss-20b').layers, whole), rulesOf('0.12.0', 'openai/gpt-oss-20b'))
    expect(layout.groups.map((group) => [group.spec.kind, group.layers])).toEqual([
      ['sliding', 12],
      ['full', 12],
    ])
    expect(layout.bytesPerBlock).toBe(12 * 16 * 8 * 128 * 2)
  })

  test('Gemma 3 12B: 8 full and 40 sliding layers are one group and five', () => {
    const layout = kvLayout(
      kvSpecs(model('google/gemma-3-12b-it').layers, whole),
      rulesOf('0.12.0', 'google/gemma-3-12b-it'),
    )
    expect(layout.groups.filter((group) => group.spec.kind === 'full')).toHaveLength(1)
    expect(layout.groups.filter((group) => group.spec.kind === 'sliding')).toHaveLength(5)
  })

  test('before 0.9.2 a window saves nothing', () => {
    const rules = rulesOf('0.8.5.post1', 'google/gemma-3-12b-it')
    const layout = kvLayout(
      kvSpecs(model('google/gemma-3-12b-it').layers, { ...whole, windowsManaged: rules.windowsManaged }),
      rules,
    )
    expect(layout.groups.map((group) => group.spec.kind)).toEqual(['full'])
  })

  test('Qwen3-Next: an attention block grows until it is as large as a state', () => {
    const specs = kvSpecs(model('Qwen/Qwen3-Next-80B-A3B-Instruct').layers, { ...whole, tensorParallel: 2 })
    // Per rank: convolution 3 x 8192 / 2 and state 32 x 128 x 128 / 2 elements of 2 bytes; a token takes 1 head x 512 x 2 bytes.
    const state = ((3 * 8192 + 32 * 128 * 128) * 2) / 2
    const tokens = Math.ceil(state / (16 * 1024)) * 16
    expect(specs.map((spec) => spec.pageBytes)).toEqual(Array.from({ length: 48 }, () => tokens * 1024))
    expect(new Set(specs.map((spec) => spec.blockTokens))).toEqual(new Set([tokens]))
  })
})

describe('how much fits', () => {
  const layout = kvLayout(kvSpecs(model('Qwen/Qwen3-8B').layers, whole), rulesOf('0.12.0'))

  test('tokens are blocks of 16, concurrency is blocks over blocks per request', () => {
    const capacity = kvCapacity(layout, 1391, 16_384, 2048, rulesOf('0.12.0'))
    expect(capacity.tokens).toBe(22_256)
    expect(capacity.concurrency).toBeCloseTo(1.358, 3)
  })

  test('with several groups a token takes a block of each: before 0.20.1 the log counts one group', () => {
    const rules = rulesOf('0.12.0', 'openai/gpt-oss-20b')
    const two = kvLayout(kvSpecs(model('openai/gpt-oss-20b').layers, whole), rules)
    expect(kvCapacity(two, 1001, 16_384, 2048, rules).tokens).toBe(500 * 16)
    const newer = rulesOf('0.22.1', 'openai/gpt-oss-20b')
    const { tokens, concurrency } = kvCapacity(two, 1001, 16_384, 2048, newer)
    expect(tokens).toBe(Math.floor(concurrency * 16_384))
  })

  test.each([1, 15, 16, 17, 40_000])(
    'the longest length for exactly %i tokens is that length, in whole blocks',
    (length) => {
      const rules = rulesOf('0.14.1')
      const needed = bytesNeeded(layout, length, 2048, rules)
      expect(longestLength(layout, needed, 40_960, 2048, rules)).toBe(Math.ceil(length / 16) * 16)
      expect(longestLength(layout, needed - 1, 40_960, 2048, rules)).toBe(Math.ceil(length / 16) * 16 - 16)
    },
  )

  test('a block is held back since 0.29', () => {
    const [before, since] = ['0.28.0', '0.29.0'].map((version) => bytesNeeded(layout, 4096, 2048, rulesOf(version)))
    expect((since ?? 0) - (before ?? 0)).toBe(layout.bytesPerBlock)
  })

  test('a window bounds what a long request holds', () => {
    const architecture = architectureFromConfig({
      model_type: 'mistral',
      hidden_size: 4096,
      num_hidden_layers: 32,
      num_attention_heads: 32,
      num_key_value_heads: 8,
      intermediate_size: 14_336,
      vocab_size: 32_000,
      sliding_window: 4096,
      max_position_embeddings: 32_768,
    })
    const rules = rulesOf('0.14.1')
    const sliding = kvLayout(kvSpecs(architecture.layers, whole), rules)
    // 4095 tokens of the window and 2048 in flight, in blocks of 16, and one more because a window need not begin with a block.
    expect(bytesNeeded(sliding, 32_768, 2048, rules)).toBe(sliding.bytesPerBlock * (Math.ceil((4095 + 2048) / 16) + 1))
  })
})
