import type { ModelConfig } from './config-schema.ts'

/** What one layer is. `mlp` and `experts`: nothing else (Nemotron-H counts its MLPs and expert blocks as layers). */
export type LayerKind = 'full' | 'sliding' | 'chunked' | 'state' | 'full-and-state' | 'mlp' | 'experts'

// Families that ignore `sliding_window` unless `use_sliding_window` is true (transformers' defaults).
const windowNeedsConsent = /^(qwen2|qwen3|qwen2_moe|qwen3_moe|qwen2_vl|qwen2_5_vl|qwen3_next|qwen3_5|qwen3_vl)/

const namedKinds: readonly [RegExp, LayerKind][] = [
  [/sliding|local/, 'sliding'],
  [/chunked/, 'chunked'],
  [/linear|mamba|conv|recurrent|kda|lightning/, 'state'],
  [/hybrid/, 'full-and-state'],
  [/^mlp$/, 'mlp'],
  [/^moe$/, 'experts'],
]

function kindOfName(name: string): LayerKind {
  return namedKinds.find(([pattern]) => pattern.test(name))?.[1] ?? 'full'
}

/** `M-M*-E`: Mamba, MLP, attention, experts (Nemotron-H). */
function kindOfLetter(letter: string): LayerKind {
  if (letter === 'M') return 'state'
  if (letter === 'E') return 'experts'
  return letter === '*' ? 'full' : 'mlp'
}

function every(layers: number, kind: (index: number) => LayerKind): LayerKind[] {
  return Array.from({ length: layers }, (_, index) => kind(index))
}

function windowed(config: ModelConfig, layers: number): LayerKind[] {
  const type = config.model_type ?? ''
  const window = config.sliding_window
  if (config.attention_chunk_size !== undefined) {
    const full = config.no_rope_layers
    // Llama 4: every fourth layer sees everything, and has no rotary position.
    return every(layers, (index) =>
      (full?.length === layers ? full[index] === 0 : (index + 1) % 4 === 0) ? 'full' : 'chunked',
    )
  }
  if (!window || config.use_sliding_window === false) return every(layers, () => 'full')
  if (windowNeedsConsent.test(type)) {
    const first = config.max_window_layers ?? 0
    return every(layers, (index) => (config.use_sliding_window === true && index >= first ? 'sliding' : 'full'))
  }
  const pattern =
    config.sliding_window_pattern ??
    (type === 'gemma2' ? 2 : type.startsWith('gemma3') ? 6 : type === 'cohere2' ? 4 : null)
  // Gemma 2 begins with a sliding layer, and so do Gemma 3 and Command R7B: the last of each period sees everything.
  if (pattern !== null) return every(layers, (index) => ((index + 1) % pattern === 0 ? 'full' : 'sliding'))
  if (window >= (config.max_position_embeddings ?? Number.POSITIVE_INFINITY)) return every(layers, () => 'full')
  return every(layers, () => 'sliding')
}

/** The kind of each layer, from whichever of the many spellings config.json uses. */
export function layerKinds(config: ModelConfig, layers: number): LayerKind[] {
  const names = config.layer_types ?? config.layers_block_type
  if (names?.length === layers) return names.map(kindOfName)
  if (config.hybrid_override_pattern !== undefined && config.hybrid_override_pattern.length === layers)
    return [...config.hybrid_override_pattern].map(kindOfLetter)
  if (config.hybrid_layer_pattern?.length === layers)
    return config.hybrid_layer_pattern.map((mark) => (mark === 1 ? 'sliding' : 'full'))
  if (config.attn_type_list?.length === layers)
    return config.attn_type_list.map((mark) => (mark === 1 ? 'full' : 'state'))
  const fullLayers = config.linear_attn_config?.full_attn_layers
  if (Array.isArray(fullLayers)) return every(layers, (index) => (fullLayers.includes(index + 1) ? 'full' : 'state'))
  if (config.attn_layer_indices !== undefined) {
    const attention = new Set(config.attn_layer_indices)
    return every(layers, (index) => (attention.has(index) ? 'full' : 'state'))
  }
  if (config.attn_layer_period !== undefined) {
    const { attn_layer_period: period, attn_layer_offset: offset = 0 } = config
    return every(layers, (index) => (index % period === offset ? 'full' : 'state'))
  }
  if (config.full_attention_interval !== undefined && config.linear_num_value_heads !== undefined) {
    const interval = config.full_attention_interval
    return every(layers, (index) => ((index + 1) % interval === 0 ? 'full' : 'state'))
  }
  if (config.model_type === 'falcon_h1') return every(layers, () => 'full-and-state')
  if (config.model_type === 'mamba' || config.model_type === 'mamba2' || config.model_type === 'falcon_mamba')
    return every(layers, () => 'state')
  return windowed(config, layers)
}
