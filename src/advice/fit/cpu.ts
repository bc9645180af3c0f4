import { formatGiB, GiB } from '../../core/bytes.ts'
import type { ModelArchitecture } from '../../knowledge/models/architecture.ts'
import { storedBytes } from '../../knowledge/models/stored-bytes.ts'
import type { Advice } from '../advice.ts'
import { makeAdvice } from '../make-advice.ts'
import { activationBytes } from './activations.ts'
import { hostMemory } from './host-memory.ts'
import type { Fit, Range } from './input.ts'
import { bytesNeeded, type KvLayout, kvCapacity, kvLayout, longestLength } from './kv-groups.ts'
import { kvSpecs } from './kv-spec.ts'
import { type MemoryRules, memoryRules } from './rules.ts'
import { weightBytesPerStage } from './weights.ts'

export type CpuFitInput = {
  readonly architecture: ModelArchitecture
  /** Memory that is available to the engine, bytes: RAM, or the cgroup's limit. */
  readonly memoryBytes: number
  readonly vllmVersion: string
  /** GiB for the KV cache (VLLM_CPU_KVCACHE_SPACE); absent: 4, as vLLM takes. */
  readonly kvCacheGib?: number | undefined
  readonly maxModelLen?: number | undefined
  readonly kvCacheDtype: string
  readonly maxNumSeqs?: number | undefined
  readonly maxNumBatchedTokens?: number | undefined
  /** Worker processes: tensor parallel over NUMA nodes. */
  readonly workers: number
}

const defaultKvCacheGib = 4
// The CPU backend's attention works on blocks of 128 tokens.
const cpuBlockTokens = 128

function exactly(value: number): Range {
  return { low: value, high: value }
}

type Room = {
  readonly needed: number
  readonly kvBytes: number
  readonly cacheNeeded: number
  readonly longest: number
  readonly length: number
}

function reasonsOf(input: CpuFitInput, room: Room): Advice[] {
  const source = {
    title: "vLLM's CPU worker",
    reference: 'https://docs.vllm.ai/en/latest/getting_started/installation/cpu/',
  }
  const budget = makeAdvice(
    room.needed > input.memoryBytes ? 'refuse' : 'note',
    {
      id: 'fit-cpu-memory',
      about: 'layout.cpuKvCacheGib',
      what: `The engine needs about ${formatGiB(room.needed)} of memory.`,
      why: `Weights are copied into memory here, beside ${formatGiB(room.kvBytes)} of KV cache; ${formatGiB(input.memoryBytes)} are available.`,
      source,
    },
    { facts: ['memory.availableBytes'], sure: 'likely', instead: 'Take a smaller model or a smaller KV cache.' },
  )
  if (room.cacheNeeded <= room.kvBytes) return [budget]
  const length = makeAdvice(
    'refuse',
    {
      id: 'fit-too-long',
      about: 'layout.maxModelLen',
      what: `Set the KV cache to ${Math.ceil(room.cacheNeeded / GiB)} GiB, or the length to ${room.longest}.`,
      why: `One request of ${room.length} tokens needs ${formatGiB(room.cacheNeeded, 2)}, and VLLM_CPU_KVCACHE_SPACE gives ${formatGiB(room.kvBytes, 2)}.`,
      source,
    },
    { facts: ['memory.availableBytes'], instead: 'A shorter length, or more memory for the cache.' },
  )
  return [length, budget]
}

function layoutOf(input: CpuFitInput, rules: MemoryRules): KvLayout {
  const elementBytes = /^(fp8|int8)/.test(input.kvCacheDtype) ? 1 : 2
  const options = {
    tensorParallel: input.workers,
    elementBytes,
    modelBytes: 2,
    blockTokens: cpuBlockTokens,
    latentTokenBytes: null,
  }
  return kvLayout(kvSpecs(input.architecture.layers, { ...options, windowsManaged: rules.windowsManaged }), rules)
}

/**
 * The same prediction for vLLM on the CPU, where the KV cache has a size of its own (VLLM_CPU_KVCACHE_SPACE) and everything lies in
 * RAM: it starts where weights, cache and the processes' own memory fit. Figures "per GPU" are per worker.
 */
export function fitCpu(input: CpuFitInput): Fit {
  const { architecture, workers } = input
  const rules = memoryRules({ version: input.vllmVersion, architecture, gpuName: 'CPU', capability: null })
  const length = input.maxModelLen ?? architecture.maxPositionEmbeddings ?? 32_768
  const sequences = input.maxNumSeqs ?? 128 * workers
  const tokens = input.maxNumBatchedTokens ?? 2048 * workers
  const inFlight = tokens * rules.batchesInFlight
  const weights =
    weightBytesPerStage(architecture, { tensorParallel: workers, pipelineParallel: 1, capability: 9 })[0] ?? 0
  const kvBytes = (input.kvCacheGib ?? defaultKvCacheGib) * GiB
  const activations = activationBytes(
    architecture,
    { tensorParallel: workers, tokens, sequences },
    { ...rules, samplerBytesPerLogit: 10 },
  ).bytes
  const host = hostMemory({ gpus: 0, vllmVersion: input.vllmVersion })
  // Without CUDA a process holds less: measured at 0.6 GiB, three of them.
  const processes = (2 + workers) * 0.6 * GiB
  const needed = workers * (weights + kvBytes + activations) + processes
  const layout = layoutOf(input, rules)
  const blocks = layout.bytesPerBlock === 0 ? 0 : Math.floor(kvBytes / layout.bytesPerBlock)
  const longest = longestLength(layout, kvBytes, length, inFlight, rules)
  const { tokens: kvTokens, concurrency } = kvCapacity(
    layout,
    blocks,
    Math.min(length, Math.max(1, longest)),
    inFlight,
    rules,
  )
  const cacheNeeded = bytesNeeded(layout, length, inFlight, rules)
  const used = { weights, kvCache: kvBytes, graphs: 0, activations, overhead: processes / workers, others: 0 }
  const free = Math.max(0, (input.memoryBytes - needed) / workers)
  return {
    starts: needed <= input.memoryBytes && cacheNeeded <= kvBytes,
    weightsGibPerGpu: weights / GiB,
    kvGibPerGpu: kvBytes / GiB,
    kvTokens,
    maxModelLen: longest,
    concurrency: longest === 0 ? 0 : concurrency,
    range: {
      weightsGibPerGpu: { low: (weights / GiB) * 0.975, high: (weights / GiB) * 1.025 },
      kvGibPerGpu: exactly(kvBytes / GiB),
      kvTokens: exactly(kvTokens),
      maxModelLen: exactly(longest),
      concurrency: exactly(longest === 0 ? 0 : concurrency),
    },
    parts: { ...used, free },
    hostMemory: {
      perProcessBytes: processes / (2 + workers),
      processes: 2 + workers,
      totalBytes: needed,
      pinnedBytes: host.pinnedBytes,
    },
    diskBytes: storedBytes(architecture),
    reasons: reasonsOf(input, { needed, kvBytes, cacheNeeded, longest, length }),
  }
}
