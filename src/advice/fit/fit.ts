import { GiB } from '../../core/bytes.ts'
import { storedBytes } from '../../knowledge/models/stored-bytes.ts'
import { type Assessment, assess, availableBytes, type Stage } from './assessment.ts'
import { hostMemory } from './host-memory.ts'
import type { Fit, FitInput, FitParts, Range } from './input.ts'
import { bytesNeeded, kvCapacity, longestLength } from './kv-groups.ts'
import { type Obstacle, reasonsFor } from './reasons.ts'
import { stateBlocks } from './states.ts'

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

/** Why it does not start, or null. The order is the engine's own: free memory, loading, cache, length, graphs. */
function obstacleOf(assessment: Assessment): Obstacle | null {
  const { input, rules, device, requested, stages, length, sequences, inFlight } = assessment
  const { tensorParallel, pipelineParallel, architecture } = input
  if (tensorParallel * pipelineParallel > input.gpus || architecture.heads % tensorParallel !== 0) return 'layout'
  const usable = device.total.bytes - device.others - device.context
  if (rules.freeMemoryChecked && requested > usable + device.total.spread) return 'busy'
  if (stages.some((stage) => stage.weights + stage.activations.bytes > usable)) return 'load'
  const available = stages.map((stage) => availableBytes(assessment, stage))
  if (available.some((bytes, index) => bytes <= 0 && (stages[index]?.layout.bytesPerBlock ?? 0) > 0)) return 'no-cache'
  if (stages.some((stage, index) => bytesNeeded(stage.layout, length, inFlight, rules) > (available[index] ?? 0)))
    return 'too-long'
  if (stateBlocks(assessment).expected < sequences) return 'states'
  // Warming up takes the batch's activations once more after the graphs are there, so all of it has to stand side by side.
  const overflow = (stage: Stage): boolean =>
    device.vendor === 'nvidia' &&
    !rules.graphsReserved &&
    requested + device.context + device.others + stage.graphs * 0.7 > device.total.bytes + device.total.spread
  return stages.some(overflow) ? 'graphs' : null
}

function partsOf(assessment: Assessment, stage: Stage): FitParts {
  const { device, overhead } = assessment
  const kvCache = Math.max(0, availableBytes(assessment, stage))
  const taken = {
    weights: stage.weights,
    kvCache,
    graphs: Math.max(stage.graphs, stage.graphsReserved),
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
    diskBytes: storedBytes(input.architecture),
    reasons: reasonsFor(assessment, fullest, obstacle, { longest: expected.longest, lowKv: low.kvBytes, device }),
  }
}
