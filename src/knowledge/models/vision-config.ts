import type { VisionTower } from './architecture.ts'
import type { ModelConfig } from './config-schema.ts'
import { record, sized } from './values.ts'

/** The vision tower, with the usual sizes where a short config lacks them; null where the model sees nothing. */
export function visionOf(config: ModelConfig): VisionTower | null {
  const vision = record(config.vision_config)
  if (vision === null && config.has_vision !== true) return null
  const pick = (...names: string[]): number | null =>
    names.reduce<number | null>((found, name) => found ?? sized(vision?.[name]), null)
  const embedding = pick('embed_dim', 'hidden_size', 'width')
  // Qwen2-VL writes the language model's width as `hidden_size` and its own as `embed_dim`, which a short config may lack.
  const hiddenSize = embedding === null || embedding === config.hidden_size ? (pick('embed_dim') ?? 1280) : embedding
  const deepstack = vision?.deepstack_visual_indexes
  return {
    hiddenSize,
    layers: pick('depth', 'num_hidden_layers', 'num_layers', 'layers') ?? 27,
    intermediateSize: pick('intermediate_size') ?? 4 * hiddenSize,
    patchSize: pick('patch_size', 'spatial_patch_size') ?? 14,
    imageSize: pick('image_size'),
    extraOutputs: Array.isArray(deepstack)
      ? Math.min(16, deepstack.length)
      : /^qwen3_vl/.test(config.model_type ?? '')
        ? 3
        : 0,
    mergeSize: pick('spatial_merge_size') ?? (config.model_type?.includes('vl') === true ? 2 : 1),
  }
}
