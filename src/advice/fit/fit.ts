import { GiB } from '../../core/bytes.ts'
import { type Activations, activationBytes } from './activations.ts'
import { type Device, deviceOf, type Estimate, overheadOf } from './budget.ts'
import { graphBytes } from './graphs.ts'
import { hostMemory } from './host-memory.ts'
import type { Fit, FitInput, FitParts, Range } from './input.ts'
import { bytesNeeded, type KvLayout, kvCapacity, kvLayout, longestLength } from './kv-groups.ts'
import { kvSpecs } from './kv-spec.ts'
import { reasonsFor } from './reasons.ts'
import { batchDefaults, type MemoryRules, memoryRules } from './rules.ts'
import { stageSizes } from './stages.ts'
import { checkpointBytes, weightBytesPerStage } from './weights.ts'

const gpuBlockTokens = 16
// Where a model does not say how long it may be.
const unknownLength = 131_072

export type Stage = {
  readonly weights: number
  readonly layout: KvLayout
  readonly activations: Activations
  readonly graphs: number
}

/** Everything that is known before the question "does it start" is asked. */
export type Assessment = {
  readonly input: FitInput
  readonly rules: MemoryRules
  readonly device: Device
  readonly utilization: number
  readonly requested: number
  readonly length: number
  readonly inFlight: number
  readonly overhead: Estimate
  readonly stages: readonly Stage[]
  /** How far the memory left for the KV cache may be off, bytes. */
  readonly spread: number
}

function elementBytes(kvCacheDtype: string, input: FitInput): number {
  const named = kvCacheDtype === 'auto' ? (input.architecture.quantization?.kvCacheDtype ?? 'auto') : kvCacheDtype
  if (/^(fp8|int8)/.test(named)) return 1
  if (/^nvfp4/.test(named)) return 0.5625
  if (/^(int4|turboquant|ultraquant)/.test(named)) return 0.5625
  return input.architecture.dtype === 'float32' && named === 'float32' ? 4 : 2
}

function latentTokenBytes(input: FitInput, bytes: number): number | null {
  const sparse = input.architecture.layers.some((layer) =>
    layer.caches.some((cache) => cache.kind === 'latent' && cache.indexerBytes > 0),
  )
  return sparse && bytes === 1 ? 656 : null
}

function stagesOf(
  input: FitInput,
  rules: MemoryRules,
  device: Device,
  batch: { tokens: number; sequences: number },
): Stage[] {
  const { architecture, tensorParallel, pipelineParallel } = input
  const offloaded = (input.cpuOffloadGib ?? 0) * GiB
  const weights =
    input.weightsGib === undefined
      ? weightBytesPerStage(architecture, { tensorParallel, pipelineParallel, capability: device.capability })
      : Array.from({ length: pipelineParallel }, () => (input.weightsGib ?? 0) * GiB)
  const bytes = elementBytes(input.kvCacheDtype, input)
  const activations = activationBytes(architecture, { tensorParallel, ...batch }, rules)
  let start = 0
  return stageSizes(architecture.layers.length, pipelineParallel).map((size, index) => {
    const layers = architecture.layers.slice(start, start + size)
    start += size
    const specs = kvSpecs(layers, {
      tensorParallel,
      elementBytes: bytes,
      modelBytes: 2,
      blockTokens: gpuBlockTokens,
      windowsManaged: rules.windowsManaged,
      latentTokenBytes: latentTokenBytes(input, bytes),
    })
    return {
      weights: Math.max(0, (weights[index] ?? 0) - offloaded),
      layout: kvLayout(specs, rules),
      activations,
      graphs: input.enforceEager ? 0 : graphBytes(size, batch.sequences, batch.tokens, rules),
    }
  })
}

function spreadOf(
  input: FitInput,
  device: Device,
  utilization: number,
  overhead: Estimate,
  stage: Stage,
  rules: MemoryRules,
): number {
  const known = input.weightsGib !== undefined
  const weights = stage.weights * (known ? 0.002 : input.architecture.safetensorsBytes === null ? 0.025 : 0.01)
  const activations = stage.activations.bytes * (stage.activations.from === 'images' ? 0.6 : 0.4)
  const graphs = rules.graphsReserved ? 0.7 * stage.graphs + (stage.graphs > 0 ? 0.15 * GiB : 0) : 0
  return Math.hypot(device.total.spread * utilization, weights, activations, overhead.spread, graphs)
}

/** Memory left for the KV cache on one stage's cards, as the version counts it; negative where nothing is left. */
export function availableBytes({ requested, overhead, rules }: Assessment, stage: Stage): number {
  return (
    requested - stage.weights - stage.activations.bytes - overhead.bytes - (rules.graphsReserved ? stage.graphs : 0)
  )
}

function assess(input: FitInput): Assessment {
  const device = deviceOf(input)
  const rules = memoryRules({
    version: input.vllmVersion,
    architecture: input.architecture,
    gpuName: input.gpu.name,
    capability: device.capability === null ? null : String(device.capability),
    engine: input.engine,
  })
  const utilization = input.utilization ?? rules.defaultUtilization
  const length = input.maxModelLen ?? input.architecture.maxPositionEmbeddings ?? unknownLength
  const defaults = batchDefaults(
    { version: input.vllmVersion, gpuName: input.gpu.name, deviceGib: device.total.bytes / GiB },
    rules,
    length,
  )
  const sequences = input.maxNumSeqs ?? Math.min(defaults.sequences, input.maxNumBatchedTokens ?? defaults.sequences)
  const tokens = input.maxNumBatchedTokens ?? Math.min(defaults.tokens, sequences * length)
  const stages = stagesOf(input, rules, device, { tokens, sequences })
  const overhead = overheadOf(device, input.tensorParallel * input.pipelineParallel, rules)
  const spread = Math.max(...stages.map((stage) => spreadOf(input, device, utilization, overhead, stage, rules)))
  const inFlight = tokens * (rules.batchesInFlight === 1 ? 1 : Math.max(2, input.pipelineParallel + 1))
  return {
    input,
    rules,
    device,
    utilization,
    requested: device.total.bytes * utilization,
    length,
    inFlight,
    overhead,
    stages,
    spread,
  }
}

type Outcome = {
  readonly kvBytes: number
  readonly tokens: number
  readonly longest: number
  readonly concurrency: number
}

/** What comes out when `shift` bytes more (or fewer) are left for the KV cache than expected. */
function outcome(assessment: Assessment, shift: number): Outcome {
  const { stages, length, inFlight, rules } = assessment
  const available = stages.map((stage) => availableBytes(assessment, stage) + shift)
  const kvBytes = Math.min(...available)
  const longest = Math.min(
    ...stages.map((stage, index) => longestLength(stage.layout, available[index] ?? 0, length, inFlight, rules)),
  )
  const blocks = Math.min(
    ...stages.map((stage, index) =>
      stage.layout.bytesPerBlock === 0
        ? Number.POSITIVE_INFINITY
        : Math.floor(Math.max(0, available[index] ?? 0) / stage.layout.bytesPerBlock),
    ),
  )
  const widest = stages.toSorted((a, b) => b.layout.groups.length - a.layout.groups.length)[0]
  if (widest === undefined || !Number.isFinite(blocks)) return { kvBytes, tokens: 0, longest, concurrency: 0 }
  // A length that does not fit is refused; what the cards would hold is then told for the longest that does.
  const counted = longest > 0 ? Math.min(length, longest) : length
  const { tokens, concurrency } = kvCapacity(widest.layout, blocks, counted, inFlight, rules)
  return { kvBytes, tokens, longest, concurrency: longest === 0 ? 0 : concurrency }
}

export type Obstacle = 'layout' | 'busy' | 'load' | 'no-cache' | 'too-long' | 'graphs'

/** Why it does not start, or null. The order is the engine's own: free memory, loading, cache, length, graphs. */
function obstacleOf(assessment: Assessment): Obstacle | null {
  const { input, rules, device, requested, stages, length, inFlight } = assessment
  const { tensorParallel, pipelineParallel, architecture } = input
  if (tensorParallel * pipelineParallel > input.gpus || architecture.heads % tensorParallel !== 0) return 'layout'
  const usable = device.total.bytes - device.others - device.context
  if (rules.freeMemoryChecked && requested > usable + device.total.spread) return 'busy'
  if (stages.some((stage) => stage.weights + stage.activations.bytes > usable)) return 'load'
  const available = stages.map((stage) => availableBytes(assessment, stage))
  if (available.some((bytes, index) => bytes <= 0 && (stages[index]?.layout.bytesPerBlock ?? 0) > 0)) return 'no-cache'
  if (stages.some((stage, index) => bytesNeeded(stage.layout, length, inFlight, rules) > (available[index] ?? 0)))
    return 'too-long'
  const overflow = (stage: Stage): boolean =>
    !rules.graphsReserved &&
    requested + device.context + device.others + stage.graphs - stage.activations.bytes >
      device.total.bytes + stage.graphs * 0.5
  return stages.some(overflow) ? 'graphs' : null
}

function partsOf(assessment: Assessment, stage: Stage): FitParts {
  const { device, overhead } = assessment
  const kvCache = Math.max(0, availableBytes(assessment, stage))
  const taken = {
    weights: stage.weights,
    kvCache,
    graphs: stage.graphs,
    activations: stage.activations.bytes,
    others: device.others,
  }
  const context = assessment.rules.contextCounted ? 0 : device.context
  const withOverhead = { ...taken, overhead: overhead.bytes + context }
  const sum = Object.values(withOverhead).reduce((total, bytes) => total + bytes, 0)
  return { ...withOverhead, free: Math.max(0, device.total.bytes - sum) }
}

function range(low: number, high: number): Range {
  return { low: Math.max(0, low), high: Math.max(0, high) }
}

/**
 * Predicts whether `vllm serve` starts and what it has room for, by the version's own accounting: utilization x device total, less
 * weights, activations of the profiling run, what else the engine takes, and graphs where the version reserves them.
 * Bytes and GiB are per GPU, of the fullest one. Pure.
 */
export function fit(input: FitInput): Fit {
  const assessment = assess(input)
  const { stages, spread, rules, device } = assessment
  const expected = outcome(assessment, 0)
  const low = outcome(assessment, -spread)
  const high = outcome(assessment, spread)
  const fullest = stages.toSorted((a, b) => availableBytes(assessment, a) - availableBytes(assessment, b))[0]
  if (fullest === undefined) throw new Error('a model has at least one pipeline stage')
  const obstacle = obstacleOf(assessment)
  const weights = fullest.weights / GiB
  const host = hostMemory({
    gpus: input.tensorParallel * input.pipelineParallel,
    vllmVersion: input.vllmVersion,
    engine: rules.engine,
  })
  const weightSpread = input.weightsGib === undefined ? 0.025 : 0.002
  return {
    starts: obstacle === null,
    weightsGibPerGpu: weights,
    kvGibPerGpu: Math.max(0, expected.kvBytes / GiB),
    kvTokens: expected.tokens,
    maxModelLen: expected.longest,
    concurrency: expected.concurrency,
    range: {
      weightsGibPerGpu: range(weights * (1 - weightSpread), weights * (1 + weightSpread)),
      kvGibPerGpu: range(low.kvBytes / GiB, high.kvBytes / GiB),
      kvTokens: range(low.tokens, high.tokens),
      maxModelLen: range(low.longest, high.longest),
      concurrency: range(low.concurrency, high.concurrency),
    },
    parts: partsOf(assessment, fullest),
    hostMemory: {
      perProcessBytes: host.perProcessBytes,
      processes: host.processes,
      totalBytes: host.totalBytes,
      pinnedBytes: host.pinnedBytes,
    },
    diskBytes: checkpointBytes(input.architecture),
    reasons: reasonsFor(assessment, fullest, obstacle, { longest: expected.longest, lowKv: low.kvBytes, device }),
  }
}
