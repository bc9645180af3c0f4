import type { LayerCache, Mixer } from './architecture.ts'
import type { ModelConfig } from './config-schema.ts'

type StateLayer = { readonly cache: LayerCache; readonly mixer: Mixer }

function whole(input: unknown): number | null {
  return typeof input === 'number' && Number.isInteger(input) && input > 0 && input <= 1e9 ? input : null
}

function state(convolution: number, recurrent: number, recurrentBytes: number | null, parameters: number): StateLayer {
  return {
    cache: { kind: 'state', convolutionElements: convolution, recurrentElements: recurrent, recurrentBytes },
    mixer: { kind: 'state', parameters },
  }
}

function recurrentBytesOf(config: ModelConfig): number | null {
  return config.mamba_ssm_dtype === 'float32' || config.mamba_ssm_cache_dtype === 'float32' ? 4 : null
}

/** Gated delta net: Qwen3-Next, Qwen3.5, OLMo hybrid. Value heads that a config.json leaves out are Qwen3NextConfig's 32. */
function gatedDeltaNet(config: ModelConfig, hidden: number): StateLayer | null {
  const { linear_num_value_heads: valueHeads = 32, linear_num_key_heads: keyHeads } = config
  if (keyHeads === undefined) return null
  const keyDim = config.linear_key_head_dim ?? 128
  const valueDim = config.linear_value_head_dim ?? 128
  const keys = keyHeads * keyDim
  const values = valueHeads * valueDim
  const kernel = config.linear_conv_kernel_dim ?? 4
  const parameters = hidden * (2 * keys + 2 * values + 2 * valueHeads) + (2 * keys + values) * kernel + values * hidden
  return state((2 * keys + values) * (kernel - 1), valueHeads * valueDim * keyDim, recurrentBytesOf(config), parameters)
}

/** Kimi delta attention: Kimi Linear and what follows it. */
function deltaAttention(config: ModelConfig, hidden: number): StateLayer | null {
  const linear = config.linear_attn_config
  const heads = whole(linear?.num_heads)
  const dim = whole(linear?.head_dim)
  if (heads === null || dim === null) return null
  const kernel = whole(linear?.short_conv_kernel_size) ?? 4
  const width = heads * dim
  // q, k, v, output, and two low-rank gates of the head's width.
  const parameters = hidden * width * 4 + 2 * (hidden * dim + dim * width) + hidden * heads + 3 * width * kernel
  return state(3 * width * (kernel - 1), heads * dim * dim, 4, parameters)
}

/** Mamba 2: Nemotron-H, Bamba, Granite 4, Falcon-H1, Zamba 2. */
function mamba2(config: ModelConfig, hidden: number): StateLayer | null {
  const heads = config.mamba_num_heads ?? config.mamba_n_heads ?? config.n_mamba_heads
  if (heads === undefined) return null
  const expand = config.mamba_expand ?? config.expand ?? 2
  const given = config.mamba_head_dim ?? (typeof config.mamba_d_head === 'number' ? config.mamba_d_head : undefined)
  const inner = config.mamba_d_ssm ?? (given === undefined ? Math.round(hidden * expand) : given * heads)
  const headDim = given ?? Math.floor(inner / heads)
  const size = config.ssm_state_size ?? config.mamba_d_state ?? config.state_size ?? 128
  const groups = config.n_groups ?? config.mamba_n_groups ?? config.mamba_ngroups ?? 1
  const kernel = config.conv_kernel ?? config.mamba_d_conv ?? 4
  const convolution = inner + 2 * groups * size
  const parameters = hidden * (2 * inner + 2 * groups * size + heads) + convolution * kernel + inner * hidden
  return state(convolution * (kernel - 1), heads * headDim * size, recurrentBytesOf(config), parameters)
}

/** Mamba 1: Jamba, Falcon Mamba, the first Mambas. */
function mamba1(config: ModelConfig, hidden: number): StateLayer {
  const inner = Math.round(hidden * (config.mamba_expand ?? config.expand ?? 2))
  const size = config.mamba_d_state ?? config.state_size ?? config.ssm_state_size ?? 16
  const kernel = config.mamba_d_conv ?? config.conv_kernel ?? 4
  const rank = config.mamba_dt_rank ?? config.time_step_rank
  const step = typeof rank === 'number' ? rank : Math.ceil(hidden / 16)
  const parameters = hidden * 2 * inner + inner * (step + 2 * size) + step * inner + inner * kernel + inner * hidden
  return state(inner * (kernel - 1), inner * size, recurrentBytesOf(config), parameters)
}

/** Short convolutions: LFM2. */
function shortConvolution(config: ModelConfig, hidden: number): StateLayer | null {
  if (config.conv_L_cache === undefined) return null
  const width = config.conv_dim ?? hidden
  return state(width * (config.conv_L_cache - 1), 0, null, 4 * hidden * width)
}

/** Lightning attention: MiniMax-Text-01, MiniMax-M1. */
function lightning(config: ModelConfig, hidden: number): StateLayer | null {
  if (config.attn_type_list === undefined || config.num_attention_heads === undefined) return null
  const dim = config.head_dim ?? Math.floor(hidden / config.num_attention_heads)
  const width = config.num_attention_heads * dim
  return state(0, config.num_attention_heads * dim * dim, 4, 5 * hidden * width)
}

/**
 * What a layer with a state keeps per request and how many parameters it has.
 * Shapes as in vLLM's MambaStateShapeCalculator (vllm/model_executor/layers/mamba/mamba_utils.py).
 */
export function stateLayer(config: ModelConfig, hidden: number): StateLayer {
  return (
    gatedDeltaNet(config, hidden) ??
    deltaAttention(config, hidden) ??
    shortConvolution(config, hidden) ??
    lightning(config, hidden) ??
    mamba2(config, hidden) ??
    mamba1(config, hidden)
  )
}
