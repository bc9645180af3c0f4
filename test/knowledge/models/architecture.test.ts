import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Problem } from '#src/core/problem.ts'
import { architectureFromConfig } from '#src/knowledge/models/from-config.ts'
import { parameterCounts, totalParameters } from '#src/knowledge/models/parameters.ts'
import { bitsPerWeight, readQuantization } from '#src/knowledge/models/quantization-config.ts'

const plain = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  hidden_size: 64,
  num_hidden_layers: 4,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  intermediate_size: 128,
  vocab_size: 512,
  max_position_embeddings: 2048,
}

function kindsOf(config: Record<string, unknown>): string[] {
  return architectureFromConfig({ ...plain, ...config }).layers.map(
    (layer) => layer.caches.map((cache) => cache.kind).join('+') || '-',
  )
}

describe('which layers keep what', () => {
  test.each([
    ['plain', {}, ['full', 'full', 'full', 'full']],
    [
      'a window on all layers',
      { model_type: 'mistral', sliding_window: 256 },
      ['sliding', 'sliding', 'sliding', 'sliding'],
    ],
    [
      'a window as long as the model',
      { model_type: 'mistral', sliding_window: 2048 },
      ['full', 'full', 'full', 'full'],
    ],
    [
      'Qwen 2 with a window that is not used',
      { model_type: 'qwen2', sliding_window: 256, use_sliding_window: false },
      ['full', 'full', 'full', 'full'],
    ],
    [
      'Qwen 2 with a window in the upper layers',
      { model_type: 'qwen2', sliding_window: 256, use_sliding_window: true, max_window_layers: 3 },
      ['full', 'full', 'full', 'sliding'],
    ],
    ['Gemma 2 alternates', { model_type: 'gemma2', sliding_window: 256 }, ['sliding', 'full', 'sliding', 'full']],
    ['Llama 4 in chunks', { attention_chunk_size: 128 }, ['chunked', 'chunked', 'chunked', 'full']],
    [
      'named layers',
      {
        layer_types: ['linear_attention', 'linear_attention', 'linear_attention', 'full_attention'],
        linear_num_value_heads: 4,
        linear_num_key_heads: 2,
      },
      ['state', 'state', 'state', 'full'],
    ],
    [
      'an interval',
      { full_attention_interval: 2, linear_num_value_heads: 4, linear_num_key_heads: 2 },
      ['state', 'full', 'state', 'full'],
    ],
    [
      'Jamba counts from an offset',
      { attn_layer_period: 4, attn_layer_offset: 1 },
      ['state', 'full', 'state', 'state'],
    ],
    ['Nemotron-H writes letters', { hybrid_override_pattern: 'M-*E', mamba_num_heads: 2 }, ['state', '-', 'full', '-']],
    [
      'Falcon-H1 has both in every layer',
      { model_type: 'falcon_h1', mamba_n_heads: 2 },
      ['full+state', 'full+state', 'full+state', 'full+state'],
    ],
    ['latent attention', { kv_lora_rank: 32, qk_rope_head_dim: 8 }, ['latent', 'latent', 'latent', 'latent']],
    ['the last layers share a cache', { num_kv_shared_layers: 2 }, ['full', 'full', '-', '-']],
    [
      'a list of another length is not believed',
      { layer_types: ['sliding_attention'] },
      ['full', 'full', 'full', 'full'],
    ],
  ])('%s', (_name, config, kinds) => {
    expect(kindsOf(config)).toEqual(kinds)
  })
})

describe('shapes', () => {
  test('layers that share a cache have wide MLPs where the model says so (Gemma 4 E2B)', () => {
    const widths = (config: Record<string, unknown>) =>
      architectureFromConfig({ ...plain, num_kv_shared_layers: 2, ...config }).layers.map(({ mlp }) =>
        mlp.kind === 'dense' ? mlp.intermediate : null,
      )
    expect(widths({ use_double_wide_mlp: true })).toEqual([128, 128, 256, 256])
    expect(widths({ use_double_wide_mlp: false })).toEqual([128, 128, 128, 128])
  })

  test('a nested text model is laid open, and the vision tower kept', () => {
    const { hidden_size: _hidden, ...outer } = plain
    const architecture = architectureFromConfig({
      ...outer,
      model_type: 'gemma3',
      text_config: { hidden_size: 96, num_hidden_layers: 2, torch_dtype: 'bfloat16' },
      vision_config: { hidden_size: 32, num_hidden_layers: 3, intermediate_size: 64, patch_size: 14, image_size: 224 },
    })
    expect(architecture).toMatchObject({ hiddenSize: 96, modelType: 'gemma3', dtype: 'bfloat16', headDim: 24 })
    expect(architecture.layers).toHaveLength(2)
    expect(architecture.vision).toMatchObject({ hiddenSize: 32, layers: 3, imageSize: 224 })
  })

  test('multi-query attention has one KV head', () => {
    const { num_key_value_heads: _heads, ...rest } = plain
    expect(architectureFromConfig({ ...rest, multi_query: true }).kvHeads).toBe(1)
    expect(architectureFromConfig(rest).kvHeads).toBe(4)
  })

  test('yarn lengthens the original length, other scalings are in the stated one', () => {
    const yarn = { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 1024 }
    expect(architectureFromConfig({ ...plain, rope_scaling: yarn }).maxPositionEmbeddings).toBe(4096)
    expect(
      architectureFromConfig({ ...plain, rope_scaling: { ...yarn, rope_type: 'llama3' } }).maxPositionEmbeddings,
    ).toBe(2048)
  })

  test('first layers without experts, and shared experts beside the rest', () => {
    const architecture = architectureFromConfig({
      ...plain,
      n_routed_experts: 8,
      num_experts_per_tok: 2,
      moe_intermediate_size: 32,
      n_shared_experts: 2,
      first_k_dense_replace: 1,
    })
    expect(architecture.layers.map((layer) => layer.mlp.kind)).toEqual(['dense', 'experts', 'experts', 'experts'])
    expect(architecture.experts).toMatchObject({ count: 8, perToken: 2, intermediate: 32, sharedIntermediate: 64 })
    // Embedding and output, then attention, norms, one dense MLP, and three times eight experts, a router and the shared ones.
    const attention = 2 * 64 * 64 + 2 * 64 * 32
    const expected =
      2 * 512 * 64 + 4 * (attention + 4 * 64) + 3 * 64 * 128 + 3 * (8 * 3 * 64 * 32 + 64 * 8 + 3 * 64 * 64)
    expect(totalParameters(parameterCounts(architecture))).toBe(expected)
  })
})

describe('quantization', () => {
  test.each([
    ['AWQ', { quant_method: 'awq', bits: 4, group_size: 128, zero_point: true }, 4 + 20 / 128],
    ['GPTQ, symmetric', { quant_method: 'gptq', bits: 8, group_size: 128, sym: true }, 8 + 16 / 128],
    ['FP8 in blocks', { quant_method: 'fp8', weight_block_size: [128, 128] }, 8 + 32 / 16_384],
    ['FP8 per tensor', { quant_method: 'fp8' }, 8],
    ['MXFP4', { quant_method: 'mxfp4' }, 4.25],
    ['ModelOpt NVFP4', { quant_method: 'modelopt', quant_algo: 'NVFP4' }, 4.5],
    [
      'compressed-tensors W4A16',
      {
        quant_method: 'compressed-tensors',
        config_groups: { group_0: { weights: { num_bits: 4, type: 'int', strategy: 'group', group_size: 32 } } },
      },
      4.5,
    ],
    [
      'compressed-tensors FP8 per channel',
      {
        quant_method: 'compressed-tensors',
        config_groups: { group_0: { weights: { num_bits: 8, type: 'float', strategy: 'channel' } } },
      },
      8,
    ],
    [
      'compressed-tensors NVFP4 by its format',
      { quant_method: 'compressed-tensors', format: 'nvfp4-pack-quantized' },
      4.5,
    ],
    ['bitsandbytes NF4', { quant_method: 'bitsandbytes', load_in_4bit: true }, 4.5],
  ])('%s takes the bits of weight, scale and zero point', (_name, config, bits) => {
    const quantization = readQuantization(config)
    expect(quantization === null ? null : bitsPerWeight(quantization)).toBeCloseTo(bits, 9)
  })

  test.each([
    [['lm_head'], false],
    [['model.layers.0.self_attn.q_proj'], false],
    [['re:.*self_attn.*'], true],
    [Array.from({ length: 32 }, (_, layer) => `model.layers.${layer}.self_attn.qkv_proj`), true],
  ])('modules left alone: %o', (ignore, expected) => {
    expect(readQuantization({ quant_method: 'compressed-tensors', ignore })?.leavesAttention).toBe(expected)
  })

  test('linear attention left alone is not attention left alone', () => {
    const quantization = readQuantization({ quant_method: 'compressed-tensors', ignore: ['re:.*linear_attn.*'] })
    expect(quantization).toMatchObject({ leavesStates: true, leavesAttention: false })
  })

  test('an FP8 cache that the checkpoint asks for is kept', () => {
    expect(
      readQuantization({ quant_method: 'modelopt', quant_algo: 'FP8', kv_cache_quant_algo: 'FP8' })?.kvCacheDtype,
    ).toBe('fp8')
  })
})

describe('strange input', () => {
  test.each([
    [null],
    ['text'],
    [[]],
    [{}],
    [{ hidden_size: 64 }],
    [{ ...plain, hidden_size: '64' }],
    [{ ...plain, num_hidden_layers: 1e6 }],
    [{ ...plain, num_attention_heads: 128 }],
  ])('%o is refused with a reason', (config) => {
    expect(() => architectureFromConfig(config)).toThrow(Problem)
  })

  test('whatever stands in the fields, it is an architecture with finite sizes or a problem', () => {
    const names = [
      'num_key_value_heads',
      'head_dim',
      'layer_types',
      'rope_scaling',
      'quantization_config',
      'vision_config',
      'n_routed_experts',
      'sliding_window',
      'text_config',
      'linear_attn_config',
      'block_configs',
      'moe_layer_freq',
    ]
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), fc.anything({ maxDepth: 2 })), (odd) => {
        try {
          const total = totalParameters(parameterCounts(architectureFromConfig({ ...plain, ...odd })))
          expect(Number.isFinite(total) && total > 0).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(Problem)
        }
      }),
      { numRuns: 500 },
    )
  })
})
