import { GiB } from '../../core/bytes.ts'
import { isAtLeast, isBefore } from '../../knowledge/vllm/version.ts'
import type { Advice } from '../advice.ts'
import { makeAdvice } from '../make-advice.ts'

type HostMemoryInput = {
  /** GPUs that the engine uses; 0: the CPU. */
  readonly gpus: number
  readonly vllmVersion: string
  readonly engine?: 'V0' | 'V1' | undefined
  /** GiB per GPU of `--swap-space`; absent: the version's default. */
  readonly swapSpaceGib?: number | undefined
  /** Physical memory of the machine, bytes; absent or null: not known. */
  readonly machineBytes?: number | null | undefined
}

type HostMemory = {
  readonly processes: number
  /** Anonymous memory of one process: what only RAM or swap can hold. */
  readonly perProcessBytes: number
  readonly totalBytes: number
  /** Between which figures the total lies. */
  readonly low: number
  readonly high: number
  /** Host memory that is pinned and can never be swapped. */
  readonly pinnedBytes: number
  readonly reasons: readonly Advice[]
}

// Importing torch and opening CUDA takes 1.5 to 4 GiB of anonymous memory per process, depending on the release and the card.
const perProcess = { low: 1.5 * GiB, usual: 2.5 * GiB, high: 4 * GiB }
const defaultSwapSpaceGib = 4

function processesOf(gpus: number, engine: 'V0' | 'V1'): number {
  if (gpus > 1) return gpus + (engine === 'V0' ? 1 : 2)
  // One GPU is driven from the engine's own process; the CPU backend has a worker process besides.
  return gpus === 0 ? 3 : 2
}

function swapSpaceReasons(input: HostMemoryInput, engine: 'V0' | 'V1', pinned: number): Advice[] {
  if (!isBefore(input.vllmVersion, '0.18.0') || input.gpus === 0) return []
  const perGpu = input.swapSpaceGib ?? defaultSwapSpaceGib
  const asked = perGpu * GiB * input.gpus
  const source = { title: "vLLM's CacheConfig.verify_with_parallel_config", versions: 'vLLM < 0.18' }
  const facts = ['gpus', 'memory.totalBytes']
  if (input.machineBytes && asked > 0.7 * input.machineBytes)
    return [
      makeAdvice(
        'refuse',
        {
          id: 'swap-space-too-large',
          about: 'server.arguments.swap-space',
          what: `Set --swap-space to ${Math.max(0, Math.floor((0.4 * input.machineBytes) / GiB / input.gpus))} GiB.`,
          why: `This version sets aside ${perGpu} GiB of host memory per GPU, ${Math.round(asked / GiB)} GiB in all, and refuses to start when that is more than 70 % of the machine's memory.`,
          source,
        },
        { facts, instead: 'Use --swap-space 0 or 1, or vLLM 0.18 and newer, which has no such reserve.' },
      ),
    ]
  if (engine === 'V1') return []
  return [
    makeAdvice(
      'note',
      {
        id: 'swap-space-pinned',
        about: 'server.arguments.swap-space',
        what: `This engine pins ${Math.round(pinned / GiB)} GiB of host memory.`,
        why: `The V0 engine keeps ${perGpu} GiB per GPU for swapped requests in memory that can never go to swap.`,
        source,
      },
      { facts, wouldChange: 'a smaller --swap-space' },
    ),
  ]
}

/**
 * Anonymous host memory that an engine needs on N GPUs: each process holds what importing torch and opening CUDA takes. Weights are
 * mapped from files and need none. V0 also pins `--swap-space` per GPU.
 */
export function hostMemory(input: HostMemoryInput): HostMemory {
  const engine =
    input.engine ?? (isAtLeast(input.vllmVersion, '0.8.0') || !/^v?\d/.test(input.vllmVersion) ? 'V1' : 'V0')
  const processes = processesOf(input.gpus, engine)
  const pinnedBytes = engine === 'V0' ? input.gpus * (input.swapSpaceGib ?? defaultSwapSpaceGib) * GiB : 0
  const totalBytes = processes * perProcess.usual + pinnedBytes
  const total = makeAdvice(
    'note',
    {
      id: 'host-memory',
      about: 'memory.swap',
      what: `The engine's ${processes} processes need about ${Math.round(totalBytes / GiB)} GiB of RAM and swap together.`,
      why: 'Each process holds 1.5 to 4 GiB after importing torch and opening CUDA; the weights are mapped from files and need no swap.',
      source: { title: 'measured on running engines', reference: 'docs: why a small-memory machine needs swap' },
    },
    { facts: ['gpus', 'memory.totalBytes'], sure: 'likely', wouldChange: 'fewer GPUs' },
  )
  return {
    processes,
    perProcessBytes: perProcess.usual,
    totalBytes,
    low: processes * perProcess.low + pinnedBytes,
    high: processes * perProcess.high + pinnedBytes,
    pinnedBytes,
    reasons: [total, ...swapSpaceReasons(input, engine, pinnedBytes)],
  }
}
