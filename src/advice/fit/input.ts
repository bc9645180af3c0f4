import type { ModelArchitecture } from '../../knowledge/models/architecture.ts'
import type { Advice } from '../advice.ts'

type FitGpu = {
  /** As a tool prints it, or loosely: `NVIDIA GeForce RTX 3060`, `h100`. */
  readonly name: string
  /** What nvidia-smi calls the card's total memory, bytes. */
  readonly totalBytes: number
  /** Free on the busiest card used, bytes; absent: nothing else runs there. */
  readonly freeBytes?: number | undefined
  /** What CUDA calls the total, bytes, where it was asked. */
  readonly deviceTotalBytes?: number | undefined
  /** Compute capability `8.6`; absent: by the name. */
  readonly capability?: string | undefined
  readonly vendor?: 'nvidia' | 'amd' | undefined
}

export type FitInput = {
  readonly architecture: ModelArchitecture
  readonly gpu: FitGpu
  /** Cards there are; tensorParallel x pipelineParallel of them are used. */
  readonly gpus: number
  readonly tensorParallel: number
  readonly pipelineParallel: number
  /** Layers of each pipeline stage (VLLM_PP_LAYER_PARTITION); absent: vLLM's equal shares. */
  readonly layersPerStage?: readonly number[] | undefined
  /** `0.32.0`; anything newer than the newest known is taken as that. */
  readonly vllmVersion: string
  /** Share of the device's total, 0 to 1; absent: the version's default. */
  readonly utilization?: number | undefined
  /** Tokens; absent: what the model allows. */
  readonly maxModelLen?: number | undefined
  readonly kvCacheDtype: string
  readonly maxNumSeqs?: number | undefined
  readonly maxNumBatchedTokens?: number | undefined
  readonly enforceEager: boolean
  /** GiB of weights per GPU, where they are known from a log. */
  readonly weightsGib?: number | undefined
  /** GiB of weights per GPU that stay in host memory (`--cpu-offload-gb`). */
  readonly cpuOffloadGib?: number | undefined
  /** `V0` where the version still has it and the operator asks for it. */
  readonly engine?: 'V0' | 'V1' | undefined
}

export type Range = { readonly low: number; readonly high: number }

/** Bytes on one GPU: what the bar on the screen is made of. They add up to the device's total. */
export type FitParts = {
  readonly weights: number
  readonly kvCache: number
  readonly graphs: number
  readonly activations: number
  readonly overhead: number
  /** Memory of other processes. */
  readonly others: number
  readonly free: number
}

export type Fit = {
  readonly starts: boolean
  readonly weightsGibPerGpu: number
  readonly kvGibPerGpu: number
  /** Tokens of KV cache as the engine's log counts them. */
  readonly kvTokens: number
  /** The longest length that fits, at most what was asked for or the model allows. */
  readonly maxModelLen: number
  /** Requests of that length at once. */
  readonly concurrency: number
  readonly range: {
    readonly weightsGibPerGpu: Range
    readonly kvGibPerGpu: Range
    readonly kvTokens: Range
    readonly maxModelLen: Range
    readonly concurrency: Range
  }
  readonly parts: FitParts
  /** Anonymous memory of the engine's processes. */
  readonly hostMemory: {
    readonly perProcessBytes: number
    readonly processes: number
    readonly totalBytes: number
    readonly pinnedBytes: number
  }
  /** Bytes on disk for the checkpoint while it is downloaded. */
  readonly diskBytes: number
  readonly reasons: readonly Advice[]
}
