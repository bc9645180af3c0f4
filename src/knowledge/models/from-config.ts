import { Problem } from '../../core/problem.ts'
import type {
  Experts,
  LatentAttention,
  Layer,
  LayerCache,
  Mixer,
  Mlp,
  ModelArchitecture,
  WeightDtype,
} from './architecture.ts'
import { type ModelConfig, readConfig } from './config-schema.ts'
import { expertsOf, hasExperts } from './experts-config.ts'
import { type LayerKind, layerKinds } from './layer-kinds.ts'
import { readQuantization } from './quantization-config.ts'
import { stateLayer } from './state-layer.ts'
import { record, sized } from './values.ts'
import { visionOf } from './vision-config.ts'

const mostLayers = 1000
const noGateMatrix =
  /^(gpt2|gpt_bigcode|gptj|gpt_neox|opt|falcon|mpt|starcoder2|phi|phi-msft|bloom|nemotron|nemotron_h|stablelm_epoch)$/

function unusable(field: string): Problem {
  return new Problem({
    what: 'This config.json does not describe a language model.',
    why: `${field} is missing or is not a number in range.`,
    next: 'Check that the model is one that generates text, and that its config.json is complete.',
    exit: 'input',
  })
}

function required(value: number | undefined, field: string): number {
  if (value === undefined) throw unusable(field)
  return value
}

function dtypeOf(config: ModelConfig): WeightDtype | null {
  const name = (config.dtype ?? config.torch_dtype)?.replace('torch.', '')
  return name === 'bfloat16' || name === 'float16' || name === 'float32' ? name : null
}

/** The longest length, with rope scaling counted in where vLLM does so (ModelConfig._get_and_verify_max_len). */
function longestLength(config: ModelConfig): number | null {
  const stated =
    config.max_position_embeddings ?? config.n_positions ?? config.seq_length ?? config.model_max_length ?? null
  const rope = config.rope_scaling ?? config.rope_parameters
  const type = rope?.rope_type ?? rope?.type
  const factor = rope?.factor
  const original = sized(rope?.original_max_position_embeddings)
  if (type === 'yarn' && typeof factor === 'number' && factor > 0 && original !== null)
    return Math.floor(original * factor)
  return stated
}

function latentAttentionOf(config: ModelConfig, heads: number): LatentAttention | null {
  if (config.kv_lora_rank === undefined) return null
  return {
    heads,
    qLoraRank: config.q_lora_rank ?? null,
    kvLoraRank: config.kv_lora_rank,
    qkNopeHeadDim: config.qk_nope_head_dim ?? 128,
    qkRopeHeadDim: config.qk_rope_head_dim ?? 64,
    vHeadDim: config.v_head_dim ?? 128,
  }
}

type Shape = {
  readonly config: ModelConfig
  readonly hidden: number
  readonly heads: number
  readonly kvHeads: number
  readonly headDim: number
  readonly layers: number
  readonly latent: LatentAttention | null
  readonly experts: Experts | null
  readonly intermediate: number | null
  /** MLPs are layers of their own. */
  readonly separateBlocks: boolean
}

function attentionOf(
  shape: Shape,
  kind: 'full' | 'sliding' | 'chunked',
  index: number,
): { mixer: Mixer; cache: LayerCache | null } {
  const { config, latent } = shape
  if (latent !== null && kind === 'full') {
    const indexer = config.index_head_dim
    const compress = config.compress_ratios?.[index]
    return {
      mixer: { kind: 'latent-attention' },
      cache: {
        kind: 'latent',
        dim: latent.kvLoraRank + latent.qkRopeHeadDim,
        // An FP8 key with a float32 scale per 128 elements (vLLM's DeepseekV32IndexerCache), per token or per pool of tokens.
        indexerBytes: indexer === undefined ? 0 : (indexer + Math.ceil(indexer / 128) * 4) / (config.index_kpool ?? 1),
        tokensPerVector: compress !== undefined && compress > 1 ? compress : 1,
      },
    }
  }
  const sliding = kind !== 'full'
  const global = !sliding && config.global_head_dim !== undefined
  const heads =
    (sliding ? config.swa_num_attention_heads : undefined) ??
    config.num_attention_heads_per_layer?.[index] ??
    shape.heads
  const kvHeads =
    (global ? config.num_global_key_value_heads : undefined) ??
    (sliding ? config.swa_num_key_value_heads : undefined) ??
    shape.kvHeads
  const headDim =
    (global ? config.global_head_dim : undefined) ?? (sliding ? config.swa_head_dim : undefined) ?? shape.headDim
  const valueDim =
    (sliding ? config.swa_v_head_dim : undefined) ?? (latent === null ? config.v_head_dim : undefined) ?? headDim
  const shared = sharesCache(shape, index)
  const window =
    kind === 'full'
      ? null
      : kind === 'chunked'
        ? (config.attention_chunk_size ?? null)
        : (config.sliding_window ?? null)
  return {
    mixer: { kind: 'attention', heads, kvHeads, headDim, valueDim, gated: config.attn_output_gate === true },
    cache: shared ? null : { kind: window === null ? 'full' : kind, kvHeads, keyDim: headDim, valueDim, window },
  }
}

/** True for the last layers of Gemma 3n and 4, which read the keys and values of an earlier one. */
function sharesCache({ config, layers }: Shape, index: number): boolean {
  return index >= layers - (config.num_kv_shared_layers ?? 0)
}

function mlpOf(shape: Shape, kind: LayerKind, index: number): Mlp {
  const { config, experts, intermediate } = shape
  if (kind === 'experts') return experts === null ? { kind: 'none' } : { kind: 'experts' }
  if (kind === 'mlp') return intermediate === null ? { kind: 'none' } : { kind: 'dense', intermediate }
  if (shape.separateBlocks) return { kind: 'none' }
  if (kind === 'state' && (config.model_type === 'mamba' || config.model_type === 'falcon_mamba'))
    return { kind: 'none' }
  if (experts !== null && hasExperts(config, index, shape.layers)) {
    return config.enable_moe_block === true && intermediate !== null
      ? { kind: 'dense-and-experts', intermediate }
      : { kind: 'experts' }
  }
  const dense = config.intermediate_size_mlp ?? intermediate
  // Gemma 4 E2B makes up for the keys and values that its later layers lack.
  const times = config.use_double_wide_mlp === true && sharesCache(shape, index) ? 2 : 1
  return dense === null ? { kind: 'none' } : { kind: 'dense', intermediate: times * dense }
}

/** One layer of a pruned model (Nemotron NAS), which gives each block a shape of its own. */
function prunedLayer(shape: Shape, block: Record<string, unknown>): Layer {
  const attention = record(block.attention)
  const ffn = record(block.ffn)
  const none = attention?.no_op === true || attention?.replace_with_linear === true
  const perGroup = sized(attention?.n_heads_in_group)
  const kvHeads = perGroup === null ? shape.kvHeads : Math.max(1, Math.floor(shape.heads / perGroup))
  const multiplier = ffn?.ffn_mult
  const intermediate =
    typeof multiplier === 'number' && multiplier > 0
      ? Math.ceil((2 * multiplier * shape.hidden) / 3 / 256) * 256
      : shape.intermediate
  const { headDim } = shape
  return {
    mixers: none ? [] : [{ kind: 'attention', heads: shape.heads, kvHeads, headDim, valueDim: headDim, gated: false }],
    caches: none ? [] : [{ kind: 'full', kvHeads, keyDim: headDim, valueDim: headDim, window: null }],
    mlp: ffn?.no_op === true || intermediate === null ? { kind: 'none' } : { kind: 'dense', intermediate },
  }
}

function layerOf(shape: Shape, kind: LayerKind, index: number): Layer {
  const block = shape.config.block_configs?.length === shape.layers ? shape.config.block_configs[index] : undefined
  if (block !== undefined) return prunedLayer(shape, block)
  const mixers: Mixer[] = []
  const caches: LayerCache[] = []
  if (kind === 'full' || kind === 'sliding' || kind === 'chunked' || kind === 'full-and-state') {
    const attention = attentionOf(shape, kind === 'full-and-state' ? 'full' : kind, index)
    mixers.push(attention.mixer)
    if (attention.cache !== null) caches.push(attention.cache)
  }
  if (kind === 'state' || kind === 'full-and-state') {
    const state = stateLayer(shape.config, shape.hidden)
    mixers.push(state.mixer)
    caches.push(state.cache)
  }
  return { mixers, caches, mlp: mlpOf(shape, kind, index) }
}

function notModelled(config: ModelConfig): string[] {
  const notes: string[] = []
  if (config.compress_ratios !== undefined) notes.push('compressed attention')
  if (config.cross_attention_layers !== undefined) notes.push('cross attention to the image')
  return notes
}

/**
 * The shape of a model from its config.json (an object, as parsed). Hostile input: fields of the wrong kind count as absent.
 * @throws Problem (input) where hidden size, layers or heads are not there: it is no language model.
 */
export function architectureFromConfig(input: unknown): ModelArchitecture {
  const config = readConfig(input)
  if (config === null) throw unusable('The file is not a JSON object; everything')
  const hidden = required(config.hidden_size ?? config.n_embd ?? config.d_model, 'hidden_size')
  const layers = required(config.num_hidden_layers ?? config.n_layer ?? config.num_layers, 'num_hidden_layers')
  if (layers > mostLayers) throw unusable('num_hidden_layers')
  const heads = config.num_attention_heads ?? config.n_head ?? 1
  const oneKvHead = config.multi_query === true || config.multi_query_attention === true
  const kvHeads =
    config.num_key_value_heads ?? config.num_kv_heads ?? (oneKvHead ? (config.multi_query_group_num ?? 1) : heads)
  const headDim = config.head_dim ?? Math.floor(hidden / heads)
  if (headDim < 1) throw unusable('head_dim')
  const intermediate = config.intermediate_size ?? config.ffn_hidden_size ?? config.n_inner ?? null
  const latentAttention = latentAttentionOf(config, heads)
  const experts = expertsOf(config, hidden, intermediate)
  const type = config.model_type ?? ''
  // Qwen 1 counts gate and up together; GPT-2 and its heirs leave the width out where it is four times the hidden size.
  const dense =
    type === 'qwen' || type === 'molmo'
      ? (intermediate ?? 0) / 2
      : (intermediate ?? (noGateMatrix.test(type) ? 4 * hidden : null))
  const kinds = layerKinds(config, layers)
  const separateBlocks = kinds.includes('mlp') || kinds.includes('experts')
  const shape: Shape = {
    config,
    hidden,
    heads,
    kvHeads,
    headDim,
    layers,
    latent: latentAttention,
    experts,
    intermediate: dense,
    separateBlocks,
  }
  return {
    architectures: config.architectures ?? [],
    modelType: config.model_type ?? null,
    hiddenSize: hidden,
    vocabularySize: config.vocab_size ?? config.padded_vocab_size ?? 32_000,
    tiedEmbeddings: config.tie_word_embeddings ?? /^(gemma|gpt2|opt|cohere)/.test(config.model_type ?? ''),
    maxPositionEmbeddings: longestLength(config),
    dtype: dtypeOf(config),
    heads,
    kvHeads,
    headDim,
    mlpMatrices: config.mlp_matrices ?? (noGateMatrix.test(config.model_type ?? '') ? 2 : 3),
    layers: kinds.map((kind, index) => layerOf(shape, kind, index)),
    perLayerEmbedding: layers * (config.hidden_size_per_layer_input ?? 0) * (config.vocab_size_per_layer_input ?? 0),
    latentAttention,
    experts,
    vision: visionOf(config),
    quantization: readQuantization(config.quantization_config ?? config.compression_config),
    parametersTotal: config.parameters_total ?? null,
    safetensorsBytes: config.safetensors_total_bytes ?? null,
    notModelled: notModelled(config),
  }
}
