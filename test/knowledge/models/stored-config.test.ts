import { describe, expect, test } from 'vitest'
import catalogue from '#src/knowledge/data/models.json' with { type: 'json' }
import { compactList, expandLists } from '#src/knowledge/models/compact-list.ts'
import { architectureFromConfig } from '#src/knowledge/models/from-config.ts'
import { architectureOfStored, storedConfig } from '#src/knowledge/models/stored-config.ts'

test('the same architecture follows from what is kept of a config, for every model of the catalogue', () => {
  const own = catalogue.models.filter((entry) => !('like' in entry))
  for (const { id, config } of own) {
    const whole = expandLists(config, Number('num_hidden_layers' in config ? config.num_hidden_layers : 0))
    const kept = storedConfig(whole)
    // What a recipe holds is what YAML and JSON hold.
    const read: Record<string, unknown> = JSON.parse(JSON.stringify(kept))
    expect(architectureOfStored(read), id).toEqual(architectureFromConfig(whole))
  }
})

const llama = { model_type: 'llama', hidden_size: 4096, num_hidden_layers: 48, num_attention_heads: 32 }

test('long lists, tables of factors and names per layer stay short', () => {
  const kept = storedConfig({
    ...llama,
    layer_types: Array.from({ length: 48 }, (_, layer) => (layer % 4 === 3 ? 'full_attention' : 'linear_attention')),
    rope_scaling: { rope_type: 'longrope', factor: 4, long_factor: Array(48).fill(1.5) },
    quantization_config: {
      quant_method: 'compressed-tensors',
      ignore: ['lm_head', ...Array.from({ length: 48 }, (_, layer) => `model.layers.${layer}.self_attn.q_proj`)],
    },
    vision_config: { depth: 32, hidden_act: 'silu' },
    something_else: Array(9999).fill('x'),
  })
  expect(kept.layer_types).toEqual({
    period: ['linear_attention', 'linear_attention', 'linear_attention', 'full_attention'],
  })
  expect(kept.rope_scaling).toEqual({ rope_type: 'longrope', factor: 4 })
  expect(kept.quantization_config).toMatchObject({ ignore: ['lm_head', 'model.layers.*.self_attn.q_proj'] })
  expect(kept.vision_config).toEqual({ depth: 32 })
  expect(JSON.stringify(kept).length).toBeLessThan(600)
  expect(architectureOfStored(kept).quantization?.leavesAttention).toBe(true)
})

describe('a list in short', () => {
  test.each([
    [[1, 2, 3], 3],
    [Array(48).fill(0), 48],
    [[0, ...Array(47).fill(1)], 48],
    [Array.from({ length: 12 }, (_, index) => index), 12],
    // A period is written out to the number of layers, so a list of another length may not be told by one.
    [Array.from({ length: 20 }, (_, index) => index % 2), 10],
  ])('%j with %i layers comes back as it was', (list, layers) => {
    expect(expandLists({ list: compactList(list, layers) }, layers).list).toEqual(list)
  })
})

test.each([[null], [[]], ['text'], [{}], [{ num_hidden_layers: -3, layer_types: 'x' }]])(
  'of %j nothing wrong is kept',
  (input) => {
    expect(() => architectureOfStored(storedConfig(input))).toThrow(/does not describe a language model/)
  },
)
