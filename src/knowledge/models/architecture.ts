/** The number formats that weights are stored in and computed with. */
export type WeightDtype = 'bfloat16' | 'float16' | 'float32'

/** What one mixer of one layer keeps for each request. Dimensions are of the whole model, before any split over GPUs. */
export type LayerCache =
  | {
      /** full: every token. sliding: the last `window` tokens. chunked: the current chunk of `window` tokens. */
      readonly kind: 'full' | 'sliding' | 'chunked'
      readonly kvHeads: number
      readonly keyDim: number
      readonly valueDim: number
      /** Tokens; null for full attention. */
      readonly window: number | null
    }
  | {
      /** One latent vector per token, the same on every tensor parallel rank (MLA). */
      readonly kind: 'latent'
      /** Elements per stored vector: kv_lora_rank + qk_rope_head_dim. */
      readonly dim: number
      /** Bytes that a sparse indexer keeps per token besides; 0 where there is none. */
      readonly indexerBytes: number
      /** Tokens that share one stored vector (compressed attention); 1 where each has its own. */
      readonly tokensPerVector: number
    }
  | {
      /** A state of fixed size per request (Mamba, gated delta net, short convolution). */
      readonly kind: 'state'
      readonly convolutionElements: number
      readonly recurrentElements: number
      /** Bytes of one recurrent element where the model fixes it (float32); null: as the model's dtype. */
      readonly recurrentBytes: number | null
    }

/** The mixer of a layer, for counting its parameters. */
export type Mixer =
  | {
      readonly kind: 'attention'
      readonly heads: number
      readonly kvHeads: number
      readonly headDim: number
      readonly valueDim: number
      readonly gated: boolean
    }
  | { readonly kind: 'latent-attention' }
  | { readonly kind: 'state'; readonly parameters: number }

export type Mlp =
  | { readonly kind: 'none' }
  | { readonly kind: 'dense'; readonly intermediate: number }
  | { readonly kind: 'experts' }
  | { readonly kind: 'dense-and-experts'; readonly intermediate: number }

export type Layer = {
  readonly mixers: readonly Mixer[]
  readonly caches: readonly LayerCache[]
  readonly mlp: Mlp
}

/** Multi-head latent attention (DeepSeek V2 and its relatives). */
export type LatentAttention = {
  readonly heads: number
  readonly qLoraRank: number | null
  readonly kvLoraRank: number
  readonly qkNopeHeadDim: number
  readonly qkRopeHeadDim: number
  readonly vHeadDim: number
}

export type Experts = {
  readonly count: number
  readonly perToken: number
  /** What goes in and out of an expert: the hidden size, or a latent of it. */
  readonly width: number
  readonly intermediate: number
  /** Width of all shared experts together; 0 where there are none. */
  readonly sharedIntermediate: number
  /** Bits of an expert's weight, scales counted in, where the checkpoint stores experts apart from the rest; else null. */
  readonly bits: number | null
}

export type VisionTower = {
  readonly hiddenSize: number
  readonly layers: number
  readonly intermediateSize: number
  readonly patchSize: number
  /** Pixels a side where the resolution is fixed. */
  readonly imageSize: number | null
  /** Patches a side that become one token. */
  readonly mergeSize: number
  /** Further layers of the tower whose output goes to the language model besides (Qwen3-VL's deepstack). */
  readonly extraOutputs: number
}

export type WeightQuantization = {
  /** `quant_method` as the checkpoint spells it. */
  readonly method: string
  /** `float-quantized`, `pack-quantized`, `NVFP4` ...; null where the method says it all. */
  readonly format: string | null
  /** Bits of one quantized weight, without scales. */
  readonly bits: number
  /** Weights that share a scale; null: one per channel or tensor. */
  readonly groupSize: number | null
  /** Bits of scale and zero point per group. */
  readonly groupBits: number
  /** Which weights are quantized. */
  readonly covers: 'linear' | 'experts'
  /** The attention's projections are among the modules that are left alone. */
  readonly leavesAttention: boolean
  /** So are the projections of layers with a state (linear attention, Mamba). */
  readonly leavesStates: boolean
  /** KV cache format that the checkpoint asks for: `fp8`. */
  readonly kvCacheDtype: string | null
}

/** A model's shape in one vocabulary, whatever its config.json calls things. */
export type ModelArchitecture = {
  readonly architectures: readonly string[]
  readonly modelType: string | null
  readonly hiddenSize: number
  readonly vocabularySize: number
  readonly tiedEmbeddings: boolean
  /** Longest length the checkpoint is made for, rope scaling counted in; null where it does not say. */
  readonly maxPositionEmbeddings: number | null
  readonly dtype: WeightDtype | null
  readonly heads: number
  readonly kvHeads: number
  readonly headDim: number
  /** 3 with a gate matrix, 2 without. */
  readonly mlpMatrices: 2 | 3
  readonly layers: readonly Layer[]
  /** Elements of embeddings that each layer has of its own (Gemma 3n and 4); 0 where there are none. */
  readonly perLayerEmbedding: number
  readonly latentAttention: LatentAttention | null
  readonly experts: Experts | null
  readonly vision: VisionTower | null
  readonly quantization: WeightQuantization | null
  /** All parameters, where a source says so. */
  readonly parametersTotal: number | null
  /** Bytes of all safetensors files, where a source says so. */
  readonly safetensorsBytes: number | null
  /** What the shape cannot say exactly, for an operator: `compressed attention of DeepSeek V4`. */
  readonly notModelled: readonly string[]
}
