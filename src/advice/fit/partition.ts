import { formatGiB } from '../../core/bytes.ts'
import type { ModelArchitecture } from '../../knowledge/models/architecture.ts'
import type { Advice } from '../advice.ts'
import { makeAdvice } from '../make-advice.ts'
import { stageSizes } from './stages.ts'
import { type WeightOptions, weightBytesPerStage } from './weights.ts'

export type Partition = {
  /** Layers of each stage. */
  readonly layers: readonly number[]
  /** Bytes of weights on the fullest stage with vLLM's equal shares, and with these. */
  readonly before: number
  readonly after: number
}

// Less than this is not worth a variable.
const worthwhile = 0.95
// A layer at a time moves from the fullest stage to the emptiest; models of a thousand layers do not exist.
const mostMoves = 200

function extreme(bytes: readonly number[], better: (a: number, b: number) => boolean): number {
  return bytes.reduce((best, value, index) => (better(value, bytes[best] ?? value) ? index : best), 0)
}

/**
 * Shares of layers over pipeline stages that even the weights out: the first stage also holds the embedding and the last the output,
 * which for large vocabularies is several layers' worth. Null where equal shares are as good.
 */
export function balancedPartition(architecture: ModelArchitecture, options: WeightOptions): Partition | null {
  if (options.pipelineParallel < 2) return null
  const fullest = (layers: readonly number[]): number =>
    Math.max(...weightBytesPerStage(architecture, { ...options, layersPerStage: layers }))
  let layers = stageSizes(architecture.layers.length, options.pipelineParallel)
  const before = fullest(layers)
  for (let move = 0; move < mostMoves; move += 1) {
    const bytes = weightBytesPerStage(architecture, { ...options, layersPerStage: layers })
    const from = extreme(bytes, (a, b) => a > b)
    const to = extreme(bytes, (a, b) => a < b)
    const moved = layers.map((size, stage) => size + (stage === to ? 1 : 0) - (stage === from ? 1 : 0))
    const grown = weightBytesPerStage(architecture, { ...options, layersPerStage: moved })[to] ?? 0
    // Two ends may be equally full: a move helps as soon as the receiver stays below what the giver had.
    if (grown >= (bytes[from] ?? 0) || moved.some((size) => size < 1)) break
    layers = moved
  }
  const after = fullest(layers)
  return after <= before * worthwhile ? { layers, before, after } : null
}

/** The variable of vLLM that says how many layers each stage has. */
export const partitionVariable = 'VLLM_PP_LAYER_PARTITION'

/** Why the stages get other than equal shares. */
export function partitionReason({ layers, before, after }: Partition): Advice {
  return makeAdvice(
    'recommend',
    {
      id: 'fit-partition',
      about: 'server.environment',
      what: `Set ${partitionVariable} to ${layers.join(',')}.`,
      why: `Equal shares put ${formatGiB(before)} of weights on the fullest stage, because the first holds the embedding and the last the output; this way it is ${formatGiB(after)}.`,
      source: { title: "vLLM's get_pp_indices" },
    },
    { facts: ['gpus.memoryTotalBytes'], wouldChange: 'fewer stages' },
  )
}
