import type { ModelArchitecture } from '../../knowledge/models/architecture.ts'
import type { LayoutModel } from './layout-time.ts'

/** What decides over a layout, from a model's architecture. */
export function layoutModelOf(
  model: ModelArchitecture,
  weightBytes: number | null = model.safetensorsBytes,
): LayoutModel {
  const widths = model.layers.flatMap(({ mlp }) => ('intermediate' in mlp ? [mlp.intermediate] : []))
  const group = model.quantization?.groupSize ?? null
  return {
    layers: model.layers.length,
    hidden: model.hiddenSize,
    heads: model.heads,
    // A latent vector is the same on every card.
    kvHeads: model.latentAttention ? 1 : model.kvHeads,
    intermediate: widths[0] ?? model.experts?.intermediate ?? null,
    // Blocks of 128 x 128 are kept as their area.
    quantGroup: group === 128 * 128 ? 128 : group,
    weightBytes,
  }
}
