import type { Experts } from './architecture.ts'
import type { ModelConfig } from './config-schema.ts'

/** The routed and shared experts, from whichever of the many spellings config.json uses; null where there are none. */
export function expertsOf(config: ModelConfig, hidden: number, denseIntermediate: number | null): Experts | null {
  const count = config.num_experts ?? config.num_local_experts ?? config.n_routed_experts ?? config.moe_num_experts
  if (count === undefined || count < 2 || config.enable_moe_block === false) return null
  const intermediate = config.moe_intermediate_size ?? config.expert_ffn_hidden_size ?? denseIntermediate
  if (intermediate === null) return null
  const sharedCount = config.n_shared_experts ?? config.num_shared_experts ?? config.moe_num_shared_experts ?? 0
  const shared =
    config.moe_shared_expert_intermediate_size ??
    config.shared_intermediate_size ??
    config.share_expert_dim ??
    (sharedCount > 0
      ? sharedCount * (config.shared_expert_intermediate_size ?? intermediate)
      : config.shared_expert_intermediate_size) ??
    (config.model_type?.startsWith('llama4') === true ? intermediate : 0)
  return {
    count,
    width: config.moe_latent_size ?? config.routed_expert_hidden_size ?? hidden,
    perToken: config.num_experts_per_tok ?? config.moe_topk ?? config.moe_k ?? config.top_k_experts ?? 1,
    intermediate,
    sharedIntermediate: shared,
    // DeepSeek V4: MXFP4 experts in an FP8 checkpoint.
    bits: config.expert_dtype === 'fp4' ? 4.25 : null,
  }
}

/** Whether that layer has experts, in a model that has some. */
export function hasExperts(config: ModelConfig, index: number, layers: number): boolean {
  const types = config.mlp_layer_types
  if (types?.length === layers) return types[index] !== 'dense'
  if (config.mlp_only_layers?.includes(index) === true) return false
  if (index < (config.first_k_dense_replace ?? 0)) return false
  const frequency = config.moe_layer_freq
  if (Array.isArray(frequency)) return frequency[index] === 1
  const step = config.decoder_sparse_step ?? config.interleave_moe_layer_step ?? frequency ?? 1
  if (step > 1) return (index + 1) % step === 0
  if (config.expert_layer_period !== undefined)
    return index % config.expert_layer_period === (config.expert_layer_offset ?? 0)
  return true
}
