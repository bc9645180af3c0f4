import { formatGiB, GiB } from '../core/bytes.ts'
import type { Gpu, Machine } from '../machine/schema.ts'
import type { Advice } from './advice.ts'
import { defaultUtilization } from './fit/rules.ts'
import { isBusy, memoryOf } from './layout/cards.ts'
import { gpuFact } from './machine-facts.ts'
import { makeAdvice } from './make-advice.ts'

/** What CUDA and NCCL take on a card before vLLM compares free memory with what it wants. */
const contextBytes = 0.6 * GiB
/** Left on a card that others use: they may take more while vLLM measures. */
const neighbourShare = 0.05

/** Where CPU and GPU share one memory, system, page cache and the engine's own processes need their part of it. */
const sharedMemoryShare = 0.8

/**
 * The utilization for these cards. vLLM counts it from the card's total and stops where less is free, so it follows from what is
 * free on the fullest card: rounded down to hundredths, never above the release's default, nor above 0.80 where the CPU lives in the
 * same memory.
 */
export function utilizationAdvice(
  machine: Machine,
  cards: readonly Gpu[],
  version: string,
): { utilization: number; why: Advice[] } {
  const usual = defaultUtilization(version)
  const shared = cards.some((gpu) => gpu.unifiedMemory.value === true)
  const most = shared ? Math.min(usual, sharedMemoryShare) : usual
  const shares = cards.map((gpu) => {
    const memory = memoryOf(gpu, machine)
    if (memory === null || memory.totalBytes === 0) return most
    const left = isBusy(gpu) ? neighbourShare * memory.totalBytes : 0
    return (memory.freeBytes - contextBytes - left) / memory.totalBytes
  })
  const share = Math.floor(100 * Math.min(most, ...shares)) / 100
  const utilization = Math.max(0.05, share)
  if (utilization < most) {
    const fullest = cards[shares.indexOf(Math.min(...shares))]
    return { utilization, why: fullest === undefined ? [] : [fromFree(machine, fullest, utilization, most)] }
  }
  return { utilization, why: shared ? [fromShared(utilization)] : [] }
}

function fromFree(machine: Machine, fullest: Gpu, utilization: number, most: number): Advice {
  const memory = memoryOf(fullest, machine)
  return makeAdvice(
    'recommend',
    {
      id: 'utilization-from-free',
      about: 'layout.utilization',
      what: `Utilization ${utilization.toFixed(2)}.`,
      why: `#${fullest.index} has ${formatGiB(memory?.freeBytes ?? null)} of ${formatGiB(memory?.totalBytes ?? null)} free, and vLLM counts the share from the total: with ${most} it would stop at its first check.`,
      source: {
        title: 'vLLM: worker start, free memory against the wanted share',
        reference: 'https://docs.vllm.ai/en/latest/configuration/conserving_memory/',
      },
    },
    {
      facts: [gpuFact(fullest, machine, 'memoryFreeBytes'), gpuFact(fullest, machine, 'memoryTotalBytes')],
      wouldChange: 'other processes that end',
    },
  )
}

function fromShared(utilization: number): Advice {
  return makeAdvice(
    'recommend',
    {
      id: 'utilization-shared-memory',
      about: 'layout.utilization',
      what: `Utilization ${utilization.toFixed(2)}.`,
      why: "CPU and GPU share one memory here, so what the engine reserves is missing for the system, its page cache and the engine's own processes.",
      source: { title: 'vLLM: MemorySnapshot.measure, psutil on integrated GPUs' },
    },
    { facts: ['gpus.unifiedMemory', 'memory.totalBytes'], wouldChange: 'a smaller model' },
  )
}
