import type { Layer, Mixer, ModelArchitecture } from './architecture.ts'

/** Parameters of one layer by how an engine splits and quantizes them. */
export type LayerParameters = {
  /** Projections that tensor parallelism divides by heads or columns. */
  readonly attention: number
  /** Projections of layers with a state, divided likewise. */
  readonly state: number
  /** Key and value projections: divided by KV heads, and copied once there are more ranks than heads. */
  readonly keyValue: number
  /** Down projections of latent attention, which every rank keeps whole. */
  readonly replicated: number
  readonly mlp: number
  readonly experts: number
  /** Router and norms: never quantized, on every rank. */
  readonly small: number
  readonly kvHeads: number
}

type ParameterCounts = {
  readonly embedding: number
  /** The output projection; 0 where it is the embedding. */
  readonly head: number
  readonly layers: readonly LayerParameters[]
  readonly vision: number
  readonly perLayerEmbedding: number
}

function mixerParameters(
  mixer: Mixer,
  architecture: ModelArchitecture,
): Pick<LayerParameters, 'attention' | 'state' | 'keyValue' | 'replicated' | 'kvHeads'> {
  const hidden = architecture.hiddenSize
  if (mixer.kind === 'state') return { attention: 0, state: mixer.parameters, keyValue: 0, replicated: 0, kvHeads: 0 }
  if (mixer.kind === 'attention') {
    const query = hidden * mixer.heads * mixer.headDim * (mixer.gated ? 2 : 1)
    return {
      attention: query + mixer.heads * mixer.valueDim * hidden,
      state: 0,
      keyValue: hidden * mixer.kvHeads * (mixer.headDim + mixer.valueDim),
      replicated: 0,
      kvHeads: mixer.kvHeads,
    }
  }
  const latent = architecture.latentAttention
  if (latent === null) return { attention: 0, state: 0, keyValue: 0, replicated: 0, kvHeads: 0 }
  const queryWidth = latent.heads * (latent.qkNopeHeadDim + latent.qkRopeHeadDim)
  const query = latent.qLoraRank === null ? hidden * queryWidth : latent.qLoraRank * queryWidth
  const expand = latent.kvLoraRank * latent.heads * (latent.qkNopeHeadDim + latent.vHeadDim)
  return {
    attention: query + expand + latent.heads * latent.vHeadDim * hidden,
    state: 0,
    keyValue: 0,
    replicated:
      (latent.qLoraRank === null ? 0 : hidden * latent.qLoraRank) + hidden * (latent.kvLoraRank + latent.qkRopeHeadDim),
    kvHeads: 0,
  }
}

function layerParameters(layer: Layer, architecture: ModelArchitecture): LayerParameters {
  const hidden = architecture.hiddenSize
  const matrices = architecture.mlpMatrices
  const experts = architecture.experts
  const mixers = layer.mixers.map((mixer) => mixerParameters(mixer, architecture))
  const sum = (field: 'attention' | 'state' | 'keyValue' | 'replicated'): number =>
    mixers.reduce((total, mixer) => total + mixer[field], 0)
  const routed = layer.mlp.kind === 'experts' || layer.mlp.kind === 'dense-and-experts'
  const dense =
    layer.mlp.kind === 'dense' || layer.mlp.kind === 'dense-and-experts'
      ? matrices * hidden * layer.mlp.intermediate
      : 0
  return {
    attention: sum('attention'),
    state: sum('state'),
    keyValue: sum('keyValue'),
    replicated: sum('replicated'),
    mlp: dense + (routed ? matrices * hidden * (experts?.sharedIntermediate ?? 0) : 0),
    experts: routed ? matrices * (experts?.width ?? 0) * (experts?.intermediate ?? 0) * (experts?.count ?? 0) : 0,
    small: 4 * hidden + (routed ? hidden * (experts?.count ?? 0) : 0),
    kvHeads: Math.max(0, ...mixers.map((mixer) => mixer.kvHeads)),
  }
}

function visionParameters(architecture: ModelArchitecture): number {
  const vision = architecture.vision
  if (vision === null) return 0
  const block = 4 * vision.hiddenSize ** 2 + 2 * vision.hiddenSize * vision.intermediateSize
  const merged = vision.hiddenSize * vision.mergeSize ** 2
  return (
    vision.layers * block +
    vision.patchSize ** 2 * 3 * vision.hiddenSize +
    merged ** 2 +
    merged * architecture.hiddenSize
  )
}

function layerTotal(layer: LayerParameters): number {
  return layer.attention + layer.state + layer.keyValue + layer.replicated + layer.mlp + layer.experts + layer.small
}

/** Parameters of a model, part by part, from its shape: plain products of the matrices' sides. */
export function parameterCounts(architecture: ModelArchitecture): ParameterCounts {
  const embedding = architecture.vocabularySize * architecture.hiddenSize
  const head = architecture.tiedEmbeddings ? 0 : embedding
  const layers = architecture.layers.map((layer) => layerParameters(layer, architecture))
  return {
    embedding,
    head,
    layers,
    vision: visionParameters(architecture),
    perLayerEmbedding: architecture.perLayerEmbedding,
  }
}

/** All of them. */
export function totalParameters(counts: ParameterCounts): number {
  return (
    counts.embedding +
    counts.head +
    counts.vision +
    counts.perLayerEmbedding +
    counts.layers.reduce((sum, layer) => sum + layerTotal(layer), 0)
  )
}
