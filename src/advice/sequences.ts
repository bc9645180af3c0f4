import { formatGiB } from '../core/bytes.ts'
import type { Advice } from './advice.ts'
import { makeAdvice } from './make-advice.ts'

/** Requests at once that are tried, where the engine's own 256 or 1,024 leave too little: enough for a team, enough for a desk. */
const fewer = [64, 16] as const

/** Limits below the engine's own that still serve all users at once, the highest first. */
export function fewerSequences(users: number, most: number | null): number[] {
  return fewer.filter((limit) => limit >= users && (most === null || limit < most))
}

/** Why fewer requests at once: each batch size that is captured takes memory of the card. */
export function fewerSequencesAdvice(limit: number, freedBytes: number): Advice {
  return makeAdvice(
    'recommend',
    {
      id: 'fewer-sequences',
      about: 'layout.maxNumSeqs',
      what: `At most ${limit} requests at once.`,
      why: `vLLM captures CUDA graphs for every batch size up to there; fewer sizes leave ${formatGiB(freedBytes)} more of each card to the cache. Further requests wait their turn.`,
      source: {
        title: "vLLM's VllmConfig._set_cudagraph_sizes",
        reference: 'https://docs.vllm.ai/en/latest/configuration/conserving_memory/',
      },
    },
    {
      facts: ['gpus.memoryTotalBytes', 'workload.users'],
      sure: 'likely',
      wouldChange: 'more users at once, a smaller checkpoint, or more memory',
    },
  )
}
