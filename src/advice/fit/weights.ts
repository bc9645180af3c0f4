import type { ModelArchitecture } from '../../knowledge/models/architecture.ts'
import { type LayerParameters, parameterCounts } from '../../knowledge/models/parameters.ts'
import { countedBytes, type WeightBits, weightBits } from '../../knowledge/models/stored-bytes.ts'
import { type ExpertKernel, expertPadding } from './expert-padding.ts'
import { stagesOf } from './stages.ts'

export type WeightOptions = ExpertKernel & {
  readonly tensorParallel: number
  readonly pipelineParallel: number
  readonly layersPerStage?: readonly number[] | undefined
}

// Rows of embedding and output are padded to 64 (vLLM's DEFAULT_VOCAB_PADDING_SIZE).
const vocabularyStep = 64

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step
}

/** Copies of the latent projections that decoding wants unpacked (MLAAttention.process_weights_after_loading), bytes per layer. */
function absorbedBytes(architecture: ModelArchitecture, options: WeightOptions): number {
  const latent = architecture.latentAttention
  if (latent === null) return 0
  return (latent.heads / options.tensorParallel) * (latent.qkNopeHeadDim + latent.vHeadDim) * latent.kvLoraRank * 2
}

/** Sines and cosines of every position, one table per model and GPU (RotaryEmbedding.cos_sin_cache). */
function rotaryBytes(architecture: ModelArchitecture): number {
  const dim = architecture.latentAttention?.qkRopeHeadDim ?? architecture.headDim
  return (architecture.maxPositionEmbeddings ?? 0) * dim * 2
}

function layerBytes(layer: LayerParameters, bits: WeightBits, padding: number, tp: number): number {
  const keyValueShare = layer.kvHeads === 0 ? tp : Math.min(tp, layer.kvHeads)
  const attention = layer.attention / tp + layer.keyValue / keyValueShare + layer.replicated
  return (
    (attention * bits.attention +
      (layer.state / tp) * bits.state +
      (layer.mlp / tp) * bits.linear +
      (layer.experts / tp) * padding * bits.experts +
      layer.small * bits.plain) /
    8
  )
}

/**
 * Bytes of weights on each pipeline stage's GPUs. Where a source states the checkpoint's size, the parts are scaled to it: the shape
 * knows how weights are divided, the files know how large they are.
 */
export function weightBytesPerStage(architecture: ModelArchitecture, options: WeightOptions): number[] {
  const counts = parameterCounts(architecture)
  const bits = weightBits(architecture)
  const tp = options.tensorParallel
  const padding = expertPadding(architecture, tp, options)
  const vocabulary = (elements: number): number =>
    elements === 0
      ? 0
      : (roundUp(architecture.vocabularySize, vocabularyStep * tp) / architecture.vocabularySize) * elements
  const embedding = (vocabulary(counts.embedding) * 2) / tp
  const head = (vocabulary(counts.head) * 2) / tp
  const once = (counts.perLayerEmbedding * 2) / tp + (counts.vision * 2) / tp
  const stated = architecture.safetensorsBytes
  const whole = countedBytes(architecture)
  const scale = stated === null || whole === 0 ? 1 : (stated * (architecture.dtype === 'float32' ? 0.5 : 1)) / whole
  const sizes = stagesOf(architecture, options.pipelineParallel, options.layersPerStage)
  let start = 0
  return sizes.map((size, stage) => {
    const layers = counts.layers.slice(start, start + size)
    start += size
    const last = stage === sizes.length - 1
    const layersBytes = layers.reduce((sum, layer) => sum + layerBytes(layer, bits, padding, tp), 0)
    const tied = counts.head === 0 && last && stage > 0 ? embedding : 0
    const ends = (stage === 0 ? embedding + once : 0) + (last ? head + tied : 0)
    return (layersBytes + ends) * scale + size * absorbedBytes(architecture, options) + rotaryBytes(architecture)
  })
}
