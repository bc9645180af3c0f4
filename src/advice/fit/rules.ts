import { capabilityOf, isUnifiedNvidia } from '../../knowledge/gpus.ts'
import type { ModelArchitecture } from '../../knowledge/models/architecture.ts'
import { isAtLeast } from '../../knowledge/vllm/version.ts'

/** How one version of vLLM accounts for GPU memory. Read from the sources in the releases' wheels, 0.6.6 to 0.33. */
export type MemoryRules = {
  readonly engine: 'V0' | 'V1'
  /** GPU model runner of V1: 2 replaced 1 family by family, from 0.22 to 0.29. */
  readonly runner: 1 | 2
  readonly defaultUtilization: number
  /** The CUDA context counts against the utilization (V1 before 0.9.1 took total - free). */
  readonly contextCounted: boolean
  /** NCCL's buffers count against it (0.11 takes its first measurement after NCCL is up). */
  readonly ncclCounted: boolean
  /** Start is refused where less is free than the utilization asks for (since 0.9.1). */
  readonly freeMemoryChecked: boolean
  /** Memory of CUDA graphs is estimated before the KV cache is sized. */
  readonly graphsReserved: boolean
  /** What the process took off the card is measured as a whole (since 0.27); before, weights, activations and the rest apart. */
  readonly consumedMeasured: boolean
  /** A model with states starts only where every sequence of a batch has a block for its state (since 0.20). */
  readonly statesBoundSequences: boolean
  /** Sets of graphs: pieces for every batch, and whole graphs for decoding (since 0.11). */
  readonly fullDecodeGraphs: boolean
  /** Bytes that sampling takes per logit at its peak. */
  readonly samplerBytesPerLogit: number
  /** Where FlashInfer was installed (the images had it, the wheel did not), sampling took much less: 0.8 to 0.11.0. */
  readonly samplerDepends: boolean
  /** Images are part of the profiling run (runner 2 left them out before 0.29). */
  readonly imagesProfiled: boolean
  /** Rows that a Qwen3-VL video is padded to while profiling: 12.5 per token (0.11 and 0.12); else 1. */
  readonly videoPadding: number
  /** Layers with a window keep only the window (hybrid KV cache manager, since 0.9.2). */
  readonly windowsManaged: boolean
  /** Layer groups are padded up to the larger count where that is at most this many times the smaller; null: never. */
  readonly groupPadding: number | null
  /** A request needs whole blocks of every group (since 0.14); before, layers were summed one by one. */
  readonly neededByGroups: boolean
  /** `GPU KV cache size` is concurrency x length (since 0.20.1); before, blocks of one group. */
  readonly tokensFromConcurrency: boolean
  /** Batches whose tokens a window may hold at once. */
  readonly batchesInFlight: number
  /** Blocks of state per request in a layer with a state: 2 with prefix caching for hybrid models (since 0.28). */
  readonly stateBlocks: number
  /** A block is held back for padding when the length is checked (since 0.29). */
  readonly nullBlockReserved: boolean
}

type Subject = {
  readonly version: string
  readonly architecture: ModelArchitecture
  readonly gpuName: string
  readonly capability: string | null
  readonly vendor?: 'nvidia' | 'amd' | undefined
  readonly engine?: 'V0' | 'V1' | undefined
}

function engineOf({ version, capability, engine }: Subject): 'V0' | 'V1' {
  if (isAtLeast(version, '0.11.0')) return 'V1'
  if (engine !== undefined) return engine
  if (!isAtLeast(version, '0.8.0')) return 'V0'
  // The oracle fell back to V0 below capability 8.0 until 0.10.2 (#24022).
  const old = capability !== null && Number(capability) < 8
  return old && !isAtLeast(version, '0.10.2') ? 'V0' : 'V1'
}

/** vLLM's `use_v2_model_runner` where nothing is set (vllm/config/vllm.py of 0.22 to 0.32). */
function runnerOf({ version, architecture }: Subject): 1 | 2 {
  if (isAtLeast(version, '0.29.0')) return 2
  const name = architecture.architectures[0] ?? ''
  const hybrid = architecture.layers.some((layer) => layer.caches.some((cache) => cache.kind === 'state'))
  const dense = architecture.experts === null
  if (isAtLeast(version, '0.25.0')) return dense && !hybrid ? 2 : 1
  const plain = dense && architecture.quantization === null
  if (isAtLeast(version, '0.23.0')) return plain && /^(Llama|Mistral|Qwen3)ForCausalLM$/.test(name) ? 2 : 1
  return isAtLeast(version, '0.22.0') && plain && name === 'Qwen3ForCausalLM' ? 2 : 1
}

/**
 * Sorting sampler: bf16 logits 2, float32 copy 4, sorted values 4, their int64 indices 8, the segmented sort's own indices 8 and its
 * double buffer 12. Filtering sampler (Triton since 0.17, FlashInfer since 0.21): logits 2, float32 copy 4, probabilities 4, noise or
 * mask 4. Runner 2 draws with Gumbel noise in the kernel and skips top-k and top-p while it measures.
 */
function samplerBytes(version: string, engine: 'V0' | 'V1', runner: 1 | 2): number {
  if (runner === 2) return 10
  return engine === 'V1' && isAtLeast(version, '0.17.0') ? 14 : 38
}

/** A release candidate or a build from git behaves as the release it leads to; no number at all is the newest. */
export function releasedVersion(version: string): string {
  return /\d+(\.\d+)+/.exec(version)?.[0] ?? '999'
}

/** Share of a card that vLLM takes unless it is told: 0.92 since 0.20.0 (CacheConfig.gpu_memory_utilization, #38284), 0.9 before. */
export function defaultUtilization(version: string): number {
  return isAtLeast(releasedVersion(version), '0.20.0') ? 0.92 : 0.9
}

/** The rules of one version for one model on one card. Versions without a number count as the newest. */
export function memoryRules(subject: Subject): MemoryRules {
  const version = releasedVersion(subject.version)
  const capability = subject.capability ?? capabilityOf(subject.gpuName)
  const engine = engineOf({ ...subject, version, capability })
  const runner = runnerOf({ ...subject, version })
  const since = (floor: string): boolean => isAtLeast(version, floor)
  return {
    engine,
    runner,
    defaultUtilization: defaultUtilization(version),
    contextCounted: engine === 'V1' && !since('0.9.1'),
    ncclCounted: !since('0.11.0'),
    freeMemoryChecked: engine === 'V1' && since('0.9.1'),
    // ROCm joined in 0.27 (#44825); runner 2 reported nothing before 0.29.
    graphsReserved: since(subject.vendor === 'amd' ? '0.27.0' : '0.20.0') && (runner === 1 || since('0.29.0')),
    consumedMeasured: since('0.27.0'),
    statesBoundSequences: since('0.20.0'),
    fullDecodeGraphs: since('0.11.0'),
    samplerBytesPerLogit: samplerBytes(version, engine, runner),
    samplerDepends: engine === 'V1' && !since('0.11.1'),
    imagesProfiled: runner === 1 || since('0.29.0'),
    videoPadding: since('0.11.0') && !since('0.13.0') ? 12.5 : 1,
    windowsManaged: engine === 'V1' && since('0.9.2'),
    groupPadding: since('0.18.0') ? 1.5 : since('0.12.0') ? 1.25 : null,
    neededByGroups: since('0.14.0'),
    tokensFromConcurrency: since('0.20.1'),
    batchesInFlight: since('0.27.0') ? 2 : 1,
    stateBlocks: since('0.28.0') ? 2 : 1,
    nullBlockReserved: since('0.29.0'),
  }
}

type BatchSubject = {
  readonly version: string
  readonly gpuName: string
  readonly deviceGib: number
}
type Batch = { readonly tokens: number; readonly sequences: number }

/**
 * Tokens and sequences per batch that `vllm serve` takes where none are given (EngineArgs.get_batch_defaults): by the device's memory,
 * A100 apart since 0.9, a third class from 160 GiB since 0.28. Where NVML tells no total (memory shared with the CPU) the small class. V0 profiles a whole prompt unless it is split.
 */
export function batchDefaults(
  { version, gpuName, deviceGib }: BatchSubject,
  rules: MemoryRules,
  maxModelLen: number,
): Batch {
  if (rules.engine === 'V0') {
    const split = maxModelLen > 32_768
    return { tokens: split ? 2048 : Math.max(maxModelLen, 2048), sequences: 256 }
  }
  if (isUnifiedNvidia(gpuName)) return { tokens: 2048, sequences: 256 }
  if (deviceGib >= 160 && isAtLeast(releasedVersion(version), '0.28.0')) return { tokens: 16_384, sequences: 1024 }
  const large = deviceGib >= 70 && isAtLeast(releasedVersion(version), '0.8.3')
  const exempt = /a100/i.test(gpuName) && isAtLeast(releasedVersion(version), '0.9.0')
  return large && !exempt ? { tokens: 8192, sequences: 1024 } : { tokens: 2048, sequences: 256 }
}
