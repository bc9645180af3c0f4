import { formatGiB, GiB } from '../core/bytes.ts'
import { newestRelease } from '../knowledge/vllm/releases.ts'
import { isAtLeast } from '../knowledge/vllm/version.ts'
import type { Gpu, Machine } from '../machine/schema.ts'
import type { Advice } from './advice.ts'
import { freeBytes, isBusy } from './layout/cards.ts'
import { gpuFact } from './machine-facts.ts'
import { makeAdvice } from './make-advice.ts'

/** What CUDA and NCCL take on a card before vLLM compares free memory with what it wants. */
const contextBytes = 0.6 * GiB
/** Left on a card that others use: they may take more while vLLM measures. */
const neighbourShare = 0.05

/** Share of a card that vLLM takes unless it is told: 0.92 since 0.21 (#38284), 0.9 before. */
export function defaultUtilization(version: string): number {
  return isAtLeast(version === 'newest' ? newestRelease().version : version, '0.21.0') ? 0.92 : 0.9
}

/**
 * The utilization for these cards. vLLM counts it from the card's total and stops where less is free, so it follows from what is
 * free on the fullest card: rounded down to hundredths, never above the release's default.
 */
export function utilizationAdvice(
  machine: Machine,
  cards: readonly Gpu[],
  version: string,
): { utilization: number; why: Advice[] } {
  const most = defaultUtilization(version)
  const shares = cards.map((gpu) => {
    const [free, total] = [freeBytes(gpu), gpu.memoryTotalBytes.value]
    if (free === null || total === null || total === 0) return most
    const left = isBusy(gpu) ? neighbourShare * total : 0
    return (free - contextBytes - left) / total
  })
  const share = Math.floor(100 * Math.min(most, ...shares)) / 100
  const utilization = Math.max(0.05, share)
  const fullest = cards[shares.indexOf(Math.min(...shares))]
  if (utilization >= most || fullest === undefined) return { utilization, why: [] }
  const why = makeAdvice(
    'recommend',
    {
      id: 'utilization-from-free',
      about: 'layout.utilization',
      what: `Utilization ${utilization.toFixed(2)}.`,
      why: `#${fullest.index} has ${formatGiB(freeBytes(fullest))} of ${formatGiB(fullest.memoryTotalBytes.value)} free, and vLLM counts the share from the total: with ${most} it would stop at its first check.`,
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
  return { utilization, why: [why] }
}
