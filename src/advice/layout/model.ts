import type { ModelArchitecture } from '../../knowledge/models/architecture.ts'
import { hasPipelines } from '../../knowledge/vllm/names.ts'
import type { LayoutModel } from './layout-time.ts'

/** What decides over a layout, from a model's architecture and the release that is to serve it. */
export function layoutModelOf(
  model: ModelArchitecture,
  weightBytes: number | null = model.safetensorsBytes,
  version = 'newest',
): LayoutModel {
  const widths = model.layers.flatMap(({ mlp }) => ('intermediate' in mlp ? [mlp.intermediate] : []))
  // Shares of MXFP4 experts are padded to what the kernel wants, so any cut goes (gpt-oss on 4 and 8 cards).
  const isPadded = model.quantization?.covers === 'experts' && model.quantization.bits === 4
  const group = isPadded ? null : (model.quantization?.groupSize ?? null)
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
    pipelines: !model.architectures.some((name) => hasPipelines(version, name) === false),
  }
}
