import * as z from 'zod'

// config.json comes from strangers: every field is optional, a value of the wrong kind counts as absent, and sizes are bounded.
const whole = z.number().int().positive().max(1e9).optional().catch(undefined)
const count = z.number().int().nonnegative().max(1e9).optional().catch(undefined)
const number = z.number().finite().optional().catch(undefined)
const text = z.string().max(200).optional().catch(undefined)
const yesNo = z.boolean().optional().catch(undefined)
const words = z.array(z.string().max(200)).max(2000).optional().catch(undefined)
const counts = z.array(z.number().int().nonnegative().max(1e9)).max(2000).optional().catch(undefined)
const anything = z.record(z.string(), z.unknown()).optional().catch(undefined)

/** The fields of config.json (of the text model, where it is nested) that say something about memory. */
export const configSchema = z.object({
  architectures: words,
  model_type: text,
  hidden_size: whole,
  n_embd: whole,
  d_model: whole,
  intermediate_size: whole,
  n_inner: whole,
  ffn_hidden_size: whole,
  num_hidden_layers: whole,
  n_layer: whole,
  num_layers: whole,
  num_attention_heads: whole,
  n_head: whole,
  num_key_value_heads: whole,
  num_kv_heads: whole,
  multi_query: yesNo,
  multi_query_attention: yesNo,
  multi_query_group_num: whole,
  head_dim: whole,
  vocab_size: whole,
  padded_vocab_size: whole,
  tie_word_embeddings: yesNo,
  max_position_embeddings: whole,
  n_positions: whole,
  seq_length: whole,
  model_max_length: whole,
  torch_dtype: text,
  dtype: text,
  rope_scaling: anything,
  rope_parameters: anything,
  mlp_matrices: z
    .union([z.literal(2), z.literal(3)])
    .optional()
    .catch(undefined),
  attn_output_gate: yesNo,
  num_attention_heads_per_layer: counts,
  block_configs: z.array(z.record(z.string(), z.unknown())).max(1000).optional().catch(undefined),
  // Windows and layer kinds
  sliding_window: count.nullable().catch(undefined),
  use_sliding_window: yesNo,
  max_window_layers: count,
  sliding_window_pattern: whole,
  attention_chunk_size: whole,
  no_rope_layers: counts,
  layer_types: words,
  full_attention_interval: whole,
  hybrid_override_pattern: text,
  layers_block_type: words,
  attn_type_list: counts,
  attn_layer_offset: count,
  attn_layer_period: whole,
  attn_layer_indices: counts,
  num_kv_shared_layers: count,
  index_kpool: whole,
  use_double_wide_mlp: yesNo,
  global_head_dim: whole,
  num_global_key_value_heads: whole,
  cross_attention_layers: counts,
  swa_num_attention_heads: whole,
  swa_num_key_value_heads: whole,
  swa_head_dim: whole,
  swa_v_head_dim: whole,
  hybrid_layer_pattern: counts,
  // Experts
  num_experts: whole,
  num_local_experts: whole,
  n_routed_experts: whole,
  moe_num_experts: whole,
  num_experts_per_tok: whole,
  moe_topk: whole,
  moe_k: whole,
  top_k_experts: whole,
  moe_intermediate_size: whole,
  expert_ffn_hidden_size: whole,
  moe_latent_size: whole,
  routed_expert_hidden_size: whole,
  expert_dtype: text,
  n_shared_experts: count,
  num_shared_experts: count,
  moe_num_shared_experts: count,
  shared_expert_intermediate_size: count,
  moe_shared_expert_intermediate_size: count,
  shared_intermediate_size: count,
  share_expert_dim: count,
  first_k_dense_replace: count,
  moe_layer_freq: z.union([whole, counts]),
  decoder_sparse_step: whole,
  mlp_only_layers: counts,
  interleave_moe_layer_step: whole,
  expert_layer_offset: count,
  expert_layer_period: whole,
  intermediate_size_mlp: whole,
  mlp_layer_types: words,
  enable_moe_block: yesNo,
  // Latent attention
  kv_lora_rank: whole,
  q_lora_rank: whole.nullable().catch(undefined),
  qk_nope_head_dim: count,
  qk_rope_head_dim: count,
  v_head_dim: whole,
  index_head_dim: whole,
  compress_ratios: counts,
  // Layers with a state
  linear_conv_kernel_dim: whole,
  linear_key_head_dim: whole,
  linear_num_key_heads: whole,
  linear_value_head_dim: whole,
  linear_num_value_heads: whole,
  linear_attn_config: anything,
  mamba_ssm_dtype: text,
  mamba_ssm_cache_dtype: text,
  mamba_num_heads: whole,
  mamba_n_heads: whole,
  mamba_head_dim: whole,
  mamba_d_head: z.union([whole, text]),
  ssm_state_size: whole,
  state_size: whole,
  mamba_d_state: whole,
  n_groups: whole,
  mamba_n_groups: whole,
  mamba_ngroups: whole,
  conv_kernel: whole,
  mamba_d_conv: whole,
  expand: number,
  mamba_expand: number,
  mamba_d_ssm: whole,
  n_mamba_heads: whole,
  time_step_rank: z.union([whole, text]),
  mamba_dt_rank: z.union([whole, text]),
  conv_L_cache: whole,
  conv_dim: whole,
  hidden_size_per_layer_input: count,
  vocab_size_per_layer_input: whole,
  // What stands beside the text model
  has_vision: yesNo,
  vision_config: anything,
  quantization_config: anything,
  compression_config: anything,
  parameters_total: z.number().positive().max(1e14).optional().catch(undefined),
  safetensors_total_bytes: z.number().positive().max(1e15).optional().catch(undefined),
})
export type ModelConfig = z.infer<typeof configSchema>

const nestedNames = ['text_config', 'llm_config', 'language_config', 'thinker_config', 'language_model'] as const

function isRecord(input: unknown): input is Record<string, unknown> {
  return typeof input === 'object' && input !== null && !Array.isArray(input)
}

/** config.json with a nested text model laid over the outer fields. */
function flattened(config: Record<string, unknown>): Record<string, unknown> {
  for (const name of nestedNames) {
    const nested = config[name]
    if (isRecord(nested)) {
      const inner = flattened(nested)
      const outer = { ...config }
      delete outer[name]
      return {
        ...outer,
        ...inner,
        architectures: config.architectures ?? inner.architectures,
        model_type: config.model_type ?? inner.model_type,
        vision_config: config.vision_config ?? inner.vision_config,
        quantization_config: config.quantization_config ?? inner.quantization_config,
        tie_word_embeddings: inner.tie_word_embeddings ?? config.tie_word_embeddings,
      }
    }
  }
  return config
}

/** Reads what a stranger's config.json says; null where it is no object at all. */
export function readConfig(input: unknown): ModelConfig | null {
  if (!isRecord(input)) return null
  const read = configSchema.safeParse(flattened(input))
  return read.success ? read.data : null
}
