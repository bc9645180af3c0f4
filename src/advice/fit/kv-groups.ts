import type { KvSpec } from './kv-spec.ts'
import type { MemoryRules } from './rules.ts'

type KvGroup = {
  readonly spec: KvSpec
  /** Layers in it. */
  readonly layers: number
}

/** How the layers of one GPU share blocks: every group draws block numbers from one pool. */
export type KvLayout = {
  readonly groups: readonly KvGroup[]
  /** Bytes that one block number takes over all layers. */
  readonly bytesPerBlock: number
  /** Layers one by one, for versions that sum them. */
  readonly specs: readonly KvSpec[]
}

type Bucket = { spec: KvSpec; count: number; bytes: number }

function bucketsOf(specs: readonly KvSpec[]): Bucket[] {
  const buckets = new Map<string, Bucket>()
  for (const spec of specs) {
    // Full layers that differ in width are one kind of cache (UniformTypeKVCacheSpecs), and so is latent attention with its indexer.
    const key = `${spec.kind}:${spec.window}`
    const bucket = buckets.get(key)
    if (bucket === undefined) buckets.set(key, { spec, count: 1, bytes: spec.pageBytes })
    else {
      bucket.count += 1
      bucket.bytes += spec.pageBytes
      if (spec.pageBytes > bucket.spec.pageBytes) bucket.spec = spec
    }
  }
  return [...buckets.values()]
}

/** Blocks get equal pages: smaller ones hold more tokens where they divide the largest, and are padded where not. */
function unified(bucket: Bucket, largest: number): KvSpec {
  const { spec } = bucket
  if (spec.pageBytes === largest || spec.kind === 'state') return { ...spec, pageBytes: largest }
  const ratio = largest / spec.pageBytes
  return {
    ...spec,
    pageBytes: largest,
    blockTokens: Number.isInteger(ratio) ? spec.blockTokens * ratio : spec.blockTokens,
  }
}

/**
 * Groups the layers of a stage as vLLM's get_kv_cache_groups does: one group where all are of a kind; else groups of equal size, as
 * large as the rarest kind, or padded up to the commonest where the counts are close.
 */
export function kvLayout(specs: readonly KvSpec[], rules: MemoryRules): KvLayout {
  const buckets = bucketsOf(specs)
  const first = buckets[0]
  if (first === undefined) return { groups: [], bytesPerBlock: 0, specs }
  if (buckets.length === 1)
    return { groups: [{ spec: first.spec, layers: first.count }], bytesPerBlock: first.bytes, specs }
  const counts = buckets.map((bucket) => bucket.count)
  const least = Math.min(...counts)
  const most = Math.max(...counts)
  const size = rules.groupPadding !== null && most < least * rules.groupPadding ? most : least
  const largest = Math.max(...buckets.map((bucket) => bucket.spec.pageBytes))
  const groups = buckets.flatMap((bucket) => {
    const spec = unified(bucket, largest)
    return Array.from({ length: Math.ceil(bucket.count / size) }, (): KvGroup => ({ spec, layers: size }))
  })
  return { groups, bytesPerBlock: size * largest, specs }
}

/** Blocks of one group that a request of `length` tokens holds at most. */
function blocksOf(spec: KvSpec, length: number, inFlight: number, rules: MemoryRules): number {
  const blocks = (tokens: number): number => Math.ceil(tokens / spec.blockTokens)
  if (spec.kind === 'state') return rules.stateBlocks
  if (spec.kind === 'sliding' && spec.window !== null) return blocks(Math.min(spec.window - 1 + inFlight, length)) + 1
  if (spec.kind === 'chunked' && spec.window !== null) return blocks(Math.min(spec.window + inFlight, length))
  return blocks(length)
}

/** Blocks that one request of that length holds over all groups. */
function blocksPerRequest(layout: KvLayout, length: number, inFlight: number, rules: MemoryRules): number {
  return layout.groups.reduce((sum, group) => sum + blocksOf(group.spec, length, inFlight, rules), 0)
}

/** Bytes that must be there for one request of that length to be served at all. */
export function bytesNeeded(layout: KvLayout, length: number, inFlight: number, rules: MemoryRules): number {
  const reserved = rules.nullBlockReserved ? layout.bytesPerBlock : 0
  if (rules.neededByGroups) return layout.bytesPerBlock * blocksPerRequest(layout, length, inFlight, rules) + reserved
  return layout.specs.reduce((sum, spec) => sum + spec.pageBytes * blocksOf(spec, length, inFlight, rules), 0)
}

/** The longest length up to `limit` that fits into `available` bytes; 0 where none does. */
export function longestLength(
  layout: KvLayout,
  available: number,
  limit: number,
  inFlight: number,
  rules: MemoryRules,
): number {
  if (layout.groups.length === 0) return limit
  let [low, high] = [0, limit]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (bytesNeeded(layout, middle, inFlight, rules) <= available) low = middle
    else high = middle - 1
  }
  return low
}

export type KvCapacity = { readonly blocks: number; readonly tokens: number; readonly concurrency: number }

/** What the engine's log says: tokens of KV cache and requests of `length` tokens at once. */
export function kvCapacity(
  layout: KvLayout,
  blocks: number,
  length: number,
  inFlight: number,
  rules: MemoryRules,
): KvCapacity {
  if (layout.groups.length === 0 || length < 1) return { blocks: 0, tokens: 0, concurrency: 0 }
  const concurrency = blocks / Math.max(1, blocksPerRequest(layout, length, inFlight, rules))
  const smallest = Math.min(...layout.groups.map((group) => group.spec.blockTokens))
  const tokens = rules.tokensFromConcurrency
    ? Math.floor(concurrency * length)
    : Math.floor(blocks / layout.groups.length) * smallest
  return { blocks, tokens, concurrency }
}
