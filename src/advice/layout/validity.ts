import type { LayoutModel } from './layout-time.ts'

/** Why vLLM refuses this cut of this model; null where it takes it. The texts of vLLM's own errors are in the comments. */
export function invalidity(model: LayoutModel, tp: number, pp: number): string | null {
  // Total number of attention heads ({h}) must be divisible by tensor parallel size ({t}).
  if (model.heads % tp !== 0) return `${model.heads} attention heads cannot be divided by ${tp}.`
  // KV heads are divided, or copied where there are fewer than cards.
  if (model.kvHeads > 0 && model.kvHeads % tp !== 0 && tp % model.kvHeads !== 0)
    return `${model.kvHeads} KV heads can neither be divided by ${tp} nor copied onto ${tp} cards.`
  if (model.hidden % tp !== 0) return `A hidden size of ${model.hidden} cannot be divided by ${tp}.`
  if (model.intermediate && model.intermediate % tp !== 0)
    return `A feed-forward width of ${model.intermediate} cannot be divided by ${tp}.`
  // Weight input_size_per_partition={a} is not divisible by group_size={g}.
  if (tp > 1 && model.quantGroup && model.intermediate && (model.intermediate / tp) % model.quantGroup !== 0)
    return `A feed-forward width of ${model.intermediate} cut by ${tp} is no multiple of the quantization group of ${model.quantGroup}.`
  if (pp > model.layers) return `${model.layers} layers cannot be cut into ${pp} stages.`
  // Pipeline parallelism is not supported for this model.
  if (pp > 1 && model.pipelines === false) return 'vLLM cannot cut this model into stages.'
  return null
}
