import { MiB } from '../../core/bytes.ts'
import type { MemoryRules } from './rules.ts'

/**
 * What CUDA keeps per captured graph and layer: nodes, kernel parameters, and the driver's own bookkeeping. Read off the lines
 * `Graph capturing finished in ... took ... GiB` that vLLM prints; between 0.1 and 0.4 MiB.
 */
const bytesPerGraphAndLayer = 0.2 * MiB

function stepped(largest: number): number {
  const small = [1, 2, 4].filter((size) => size <= largest).length
  const eights = Math.max(0, Math.floor(Math.min(largest, 248) / 8))
  const sixteens = largest < 256 ? 0 : Math.floor((largest - 256) / 16) + 1
  return small + eights + sixteens
}

/** Batch sizes that are captured: 1, 2, 4, then in eights to 256 and in sixteens beyond (VllmConfig._set_cudagraph_sizes). */
function capturedSizes(sequences: number, tokens: number, rules: MemoryRules): { pieces: number; whole: number } {
  if (rules.engine === 'V0') return { pieces: 0, whole: stepped(Math.min(256, sequences)) }
  const largest = Math.min(tokens, rules.fullDecodeGraphs ? Math.min(512, 2 * sequences) : 512)
  return { pieces: stepped(largest), whole: rules.fullDecodeGraphs ? stepped(Math.min(largest, sequences)) : 0 }
}

/** Bytes of CUDA graphs on a GPU with that many layers, once they are all there. */
export function graphBytes(layers: number, sequences: number, tokens: number, rules: MemoryRules): number {
  const { pieces, whole } = capturedSizes(sequences, tokens, rules)
  return (pieces + whole) * layers * bytesPerGraphAndLayer
}

/**
 * Bytes that vLLM sets aside for graphs before it sizes the cache (profile_cudagraph_memory): the first capture of each set, with all
 * that loads on first use, and the second capture for every further one. Logs that tell both the estimate and what graphs then took,
 * in GiB: 0.13 and 0.09, 0.58 and 0.24, 0.64 and 0.19, 1.94 and 0.94. Kernels of experts and of states load the most.
 */
export function estimatedGraphBytes(graphs: number, specialKernels: boolean): number {
  return graphs === 0 ? 0 : 2 * graphs + (specialKernels ? 320 : 64) * MiB
}
