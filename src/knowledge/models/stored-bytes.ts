import type { ModelArchitecture } from './architecture.ts'
import { type LayerParameters, parameterCounts } from './parameters.ts'
import { bitsPerWeight } from './quantization-config.ts'

/** Bits of one weight by the part it belongs to, scales and zero points counted in. */
export type WeightBits = {
  readonly plain: number
  readonly attention: number
  readonly state: number
  readonly linear: number
  readonly experts: number
}

/** What a checkpoint's quantization makes of each part; 16 bits where there is none. */
export function weightBits(architecture: ModelArchitecture): WeightBits {
  const { quantization } = architecture
  if (quantization === null) return { plain: 16, attention: 16, state: 16, linear: 16, experts: 16 }
  const bits = bitsPerWeight(quantization)
  const linear = quantization.covers === 'experts' ? 16 : bits
  return {
    plain: 16,
    attention: quantization.leavesAttention ? 16 : linear,
    state: quantization.leavesStates ? 16 : linear,
    linear,
    experts: architecture.experts?.bits ?? bits,
  }
}

function layerBytes(layer: LayerParameters, bits: WeightBits): number {
  const attention = (layer.attention + layer.keyValue + layer.replicated) * bits.attention
  return (
    (attention +
      layer.state * bits.state +
      layer.mlp * bits.linear +
      layer.experts * bits.experts +
      layer.small * bits.plain) /
    8
  )
}

/** Bytes of the weights as the shape counts them, two bytes for what is not quantized. */
export function countedBytes(architecture: ModelArchitecture): number {
  const counts = parameterCounts(architecture)
  const bits = weightBits(architecture)
  const ends = counts.embedding + counts.head + counts.perLayerEmbedding + counts.vision
  return Math.round(ends * 2 + counts.layers.reduce((sum, layer) => sum + layerBytes(layer, bits), 0))
}

/** Bytes of the checkpoint's weight files: as a source states them, else counted. */
export function storedBytes(architecture: ModelArchitecture): number {
  return architecture.safetensorsBytes ?? countedBytes(architecture)
}
