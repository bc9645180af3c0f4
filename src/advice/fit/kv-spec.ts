import type { Layer, LayerCache } from '../../knowledge/models/architecture.ts'

/** The KV cache of one layer on one GPU, as vllm/v1/kv_cache_interface.py describes it. */
export type KvSpec = {
  readonly kind: LayerCache['kind']
  /** Bytes of one block. */
  readonly pageBytes: number
  /** Tokens of one block. */
  readonly blockTokens: number
  /** Tokens kept; null: all. */
  readonly window: number | null
}

export type KvSpecOptions = {
  readonly tensorParallel: number
  /** Bytes of one cached element. */
  readonly elementBytes: number
  /** Bytes of one element of the model's dtype, for states. */
  readonly modelBytes: number
  /** Tokens of a block before any alignment. */
  readonly blockTokens: number
  /** False: windows are ignored and everything is kept. */
  readonly windowsManaged: boolean
  /** 656 bytes per token where sparse latent attention caches FP8 (vLLM's fp8_ds_mla), else null. */
  readonly latentTokenBytes: number | null
}

// FlashMLA and CUTLASS MLA work on 64 tokens and more.
const latentBlockTokens = 64

function attentionTokenBytes(
  cache: LayerCache & { kind: 'full' | 'sliding' | 'chunked' },
  options: KvSpecOptions,
): number {
  const heads = Math.max(1, Math.floor(cache.kvHeads / options.tensorParallel))
  return heads * (cache.keyDim + cache.valueDim) * options.elementBytes
}

function stateBytes(cache: LayerCache & { kind: 'state' }, options: KvSpecOptions): number {
  const recurrent = cache.recurrentElements * (cache.recurrentBytes ?? options.modelBytes)
  return Math.ceil((cache.convolutionElements * options.modelBytes + recurrent) / options.tensorParallel)
}

function latentPage(cache: LayerCache & { kind: 'latent' }, options: KvSpecOptions): number {
  const tokenBytes = options.latentTokenBytes ?? cache.dim * options.elementBytes
  return Math.ceil((latentBlockTokens * tokenBytes) / cache.tokensPerVector)
}

/**
 * Tokens of an attention block in a model that also has states: enough that a block is at least a state's size, in steps of the
 * kernel's 16 tokens (Platform._align_hybrid_block_size); states are then padded to the block.
 */
function alignedBlockTokens(
  caches: readonly LayerCache[],
  options: KvSpecOptions,
): { tokens: number; page: number } | null {
  const states = caches.filter((cache) => cache.kind === 'state').map((cache) => stateBytes(cache, options))
  if (states.length === 0) return null
  const tokenBytes = Math.max(
    0,
    ...caches.map((cache) =>
      cache.kind === 'state'
        ? 0
        : cache.kind === 'latent'
          ? latentPage(cache, options) / latentBlockTokens
          : attentionTokenBytes(cache, options),
    ),
  )
  const largest = Math.max(...states)
  if (tokenBytes === 0) return { tokens: options.blockTokens, page: largest }
  const step = caches.some((cache) => cache.kind === 'latent') ? 128 : options.blockTokens
  const tokens = step * Math.ceil(largest / (step * tokenBytes))
  return { tokens, page: tokens * tokenBytes }
}

/** One spec per cache of these layers, with page sizes aligned for models that mix attention and states. */
export function kvSpecs(layers: readonly Layer[], options: KvSpecOptions): KvSpec[] {
  const caches = layers.flatMap((layer) => layer.caches)
  const aligned = alignedBlockTokens(caches, options)
  const blockTokens = aligned?.tokens ?? options.blockTokens
  return caches.flatMap((cache): KvSpec[] => {
    if (cache.kind === 'state')
      return [{ kind: 'state', pageBytes: aligned?.page ?? stateBytes(cache, options), blockTokens, window: null }]
    if (cache.kind === 'latent') {
      const tokens = aligned?.tokens ?? latentBlockTokens
      // The indexer's keys lie beside the vectors of their layer, block by block.
      const pageBytes = (latentPage(cache, options) * tokens) / latentBlockTokens + tokens * cache.indexerBytes
      return [{ kind: 'latent', pageBytes, blockTokens: tokens, window: null }]
    }
    const managed = options.windowsManaged && cache.window !== null
    return [
      {
        kind: managed ? cache.kind : 'full',
        pageBytes: blockTokens * attentionTokenBytes(cache, options),
        blockTokens,
        window: managed ? cache.window : null,
      },
    ]
  })
}
