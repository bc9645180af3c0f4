import type { Mixer, ModelArchitecture } from '../../knowledge/models/architecture.ts'
import type { MemoryRules } from './rules.ts'

type ProfileOptions = {
  readonly tensorParallel: number
  /** Tokens of the profiling batch: max_num_batched_tokens. */
  readonly tokens: number
  readonly sequences: number
}

const elementBytes = 2
// The largest that Qwen VL processors let through: an image of 16,384 tokens of 2 x 2 patches, a video of 12,288.
const mostPatches = 65_536
const mostImageTokens = 16_384
const mostVideoTokens = 12_288

function mixerWidth(mixer: Mixer, architecture: ModelArchitecture, tp: number): number {
  const latent = architecture.latentAttention
  if (mixer.kind === 'attention') return ((2 * mixer.heads + 2 * mixer.kvHeads) * mixer.headDim) / tp
  if (mixer.kind === 'latent-attention' && latent !== null)
    return (
      (latent.heads * (2 * (latent.qkNopeHeadDim + latent.qkRopeHeadDim) + 2 * latent.vHeadDim)) / tp +
      (latent.qLoraRank ?? 0)
    )
  return mixer.kind === 'state' ? mixer.parameters / architecture.hiddenSize / tp : 0
}

/**
 * Bytes that one pass over the batch holds at its widest layer: residual, input and output at the hidden size, and either the
 * attention's projections, or gate, up and their product, or for experts the two workspaces of the fused kernel (top-k copies of gate
 * and up, and of the product).
 */
function passBytes(architecture: ModelArchitecture, options: ProfileOptions): number {
  const { tensorParallel: tp, tokens } = options
  const widest = architecture.layers.reduce((most, layer) => {
    const mixer = layer.mixers.reduce((sum, one) => sum + mixerWidth(one, architecture, tp), 0)
    const dense =
      layer.mlp.kind === 'dense' || layer.mlp.kind === 'dense-and-experts'
        ? (architecture.mlpMatrices * layer.mlp.intermediate) / tp
        : 0
    const experts = layer.mlp.kind === 'experts' || layer.mlp.kind === 'dense-and-experts' ? architecture.experts : null
    const routed =
      experts === null
        ? 0
        : experts.perToken * (Math.max((2 * experts.intermediate) / tp, experts.width) + experts.intermediate / tp) +
          (3 * experts.sharedIntermediate) / tp
    return Math.max(most, mixer, dense, routed)
  }, 0)
  return tokens * elementBytes * (widest + 3 * architecture.hiddenSize)
}

/** Bytes of logits and of what sampling makes of them, for as many sequences as may run at once. */
function samplerBytes(architecture: ModelArchitecture, options: ProfileOptions, rules: MemoryRules): number {
  return Math.min(options.sequences, options.tokens) * architecture.vocabularySize * rules.samplerBytesPerLogit
}

/** Bytes that the vision tower takes for the largest images that fit the batch, and bytes of what it hands on. */
function visionBytes(
  architecture: ModelArchitecture,
  options: ProfileOptions,
  rules: MemoryRules,
): { peak: number; outputs: number } {
  const { vision } = architecture
  if (vision === null || !rules.imagesProfiled) return { peak: 0, outputs: 0 }
  const perImage = vision.imageSize === null ? mostPatches : (vision.imageSize / vision.patchSize) ** 2
  const tokensPerImage = Math.max(1, perImage / vision.mergeSize ** 2)
  const largest = vision.imageSize === null ? mostImageTokens : tokensPerImage
  const images = Math.max(1, Math.floor(options.tokens / largest))
  const patches =
    vision.imageSize === null && vision.mergeSize === 1 ? Math.min(mostPatches, options.tokens * 4) : perImage * images
  const width = 2 * vision.hiddenSize + (3 * vision.hiddenSize + 2 * vision.intermediateSize) / options.tensorParallel
  const padded = vision.extraOutputs > 0 && rules.videoPadding > 1
  const rows = padded ? mostVideoTokens * rules.videoPadding : patches / vision.mergeSize ** 2
  const pixels = 2 * 3 * vision.patchSize ** 2
  return {
    peak: patches * elementBytes * (width + pixels),
    outputs: rows * elementBytes * architecture.hiddenSize * (1 + vision.extraOutputs),
  }
}

export type Activations = {
  readonly bytes: number
  /** What the peak comes from. */
  readonly from: 'layers' | 'sampling' | 'images'
}

/** The peak of the engine's profiling run: layers, then sampling on top of their output, and images before both. */
export function activationBytes(
  architecture: ModelArchitecture,
  options: ProfileOptions,
  rules: MemoryRules,
): Activations {
  const vision = visionBytes(architecture, options, rules)
  const hidden = options.tokens * architecture.hiddenSize * elementBytes
  const layers = passBytes(architecture, options) + vision.outputs
  const sampling = samplerBytes(architecture, options, rules) + hidden + vision.outputs
  const images = vision.peak + vision.outputs
  const bytes = Math.max(layers, sampling, images)
  return { bytes, from: bytes === images ? 'images' : bytes === sampling ? 'sampling' : 'layers' }
}
