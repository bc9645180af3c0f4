import type { ModelArchitecture } from '../../knowledge/models/architecture.ts'
import { type LayerParameters, parameterCounts } from '../../knowledge/models/parameters.ts'
import { bitsPerWeight } from '../../knowledge/models/quantization-config.ts'
import { stageSizes } from './stages.ts'

export type WeightOptions = {
  readonly tensorParallel: number
  readonly pipelineParallel: number
  readonly capability: number | null
}

type Bits = {
  readonly plain: number
  readonly attention: number
  readonly state: number
  readonly linear: number
  readonly experts: number
}

// Rows of embedding and output are padded to 64 (vLLM's DEFAULT_VOCAB_PADDING_SIZE).
const vocabularyStep = 64

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step
}

function bitsOf(architecture: ModelArchitecture): Bits {
  const { quantization } = architecture
  if (quantization === null) return { plain: 16, attention: 16, state: 16, linear: 16, experts: 16 }
  const bits = bitsPerWeight(quantization)
  return {
    plain: 16,
    attention: quantization.covers === 'experts' || quantization.leavesAttention ? 16 : bits,
    state: quantization.covers === 'experts' || quantization.leavesStates ? 16 : bits,
    linear: quantization.covers === 'experts' ? 16 : bits,
    experts: architecture.experts?.bits ?? bits,
  }
}

/**
 * Times that the experts grow because kernels want round sizes: MXFP4 through Marlin pads each share of the intermediate size to 128
 * and the hidden size to 256 (Mxfp4MoEMethod.create_weights), Triton on Hopper and CDNA only the first, to 64.
 */
function expertPadding(architecture: ModelArchitecture, options: WeightOptions): number {
  const { experts, quantization } = architecture
  if (experts === null || quantization === null || !/mxfp4/.test(quantization.method)) return 1
  const share = experts.intermediate / options.tensorParallel
  const marlin = options.capability !== null && options.capability !== 9
  const intermediate = roundUp(share, marlin ? 128 : 64) / share
  return marlin ? intermediate * (roundUp(experts.width, 256) / experts.width) : intermediate
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

function layerBytes(layer: LayerParameters, bits: Bits, padding: number, tp: number): number {
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
  const bits = bitsOf(architecture)
  const tp = options.tensorParallel
  const padding = expertPadding(architecture, options)
  const vocabulary = (elements: number): number =>
    elements === 0
      ? 0
      : (roundUp(architecture.vocabularySize, vocabularyStep * tp) / architecture.vocabularySize) * elements
  const embedding = (vocabulary(counts.embedding) * 2) / tp
  const head = (vocabulary(counts.head) * 2) / tp
  const once = (counts.perLayerEmbedding * 2) / tp + (counts.vision * 2) / tp
  const stated = architecture.safetensorsBytes
  const wholeBits = { ...bits }
  const whole =
    (counts.embedding + counts.head + counts.perLayerEmbedding + counts.vision) * 2 +
    counts.layers.reduce((sum, layer) => sum + layerBytes(layer, wholeBits, 1, 1), 0)
  const scale = stated === null || whole === 0 ? 1 : (stated * (architecture.dtype === 'float32' ? 0.5 : 1)) / whole
  const sizes = stageSizes(counts.layers.length, options.pipelineParallel)
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

/** Bytes of the checkpoint's files. */
export function checkpointBytes(architecture: ModelArchitecture): number {
  if (architecture.safetensorsBytes !== null) return architecture.safetensorsBytes
  const stages = weightBytesPerStage(
    { ...architecture, latentAttention: null },
    { tensorParallel: 1, pipelineParallel: 1, capability: 9 },
  )
  return Math.round(stages.reduce((sum, bytes) => sum + bytes, 0))
}
