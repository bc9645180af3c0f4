import type { Start } from './starts.ts'

type Erratum = { readonly why: string; readonly change: Partial<Start> | null }

/**
 * Starts of the corpus whose own log, or arithmetic, says something else than the line about what was asked. The figures are given
 * with the lines as they stand and with these; a change of null means that what was asked cannot be known.
 */
export const errata: Readonly<Record<string, Erratum>> = {
  kv005: {
    why: "the log's arguments and the file's name say a utilization of 0.5",
    change: { gpu_memory_utilization: 0.5 },
  },
  kv048: {
    why: 'the log says total_gpu_memory 39.50 GiB: an A100 of 40 GB, not an L40S',
    change: { gpu: 'NVIDIA A100 40GB', device_total_gib: 39.5 },
  },
  kv161: {
    why: 'the card is a guess; the activations are those of 1,024 sequences, which an A800 gets and an A100 does not',
    change: { gpu: 'NVIDIA A800 80GB' },
  },
  kv180: {
    why: 'a notebook of LLM(...), which takes 8,192 tokens a batch, at 0.85 as its sibling in that repository says',
    change: { gpu_memory_utilization: 0.85, max_num_batched_tokens: 8192 },
  },
  kv202: {
    why: 'the same notebook: its log says a utilization of 0.85',
    change: { gpu_memory_utilization: 0.85, max_num_batched_tokens: 8192 },
  },
  kv236: {
    why: 'the excerpt has no arguments; 9.37 GiB of activations are those of 2,048 sequences',
    change: null,
  },
}

/** The line with what its log says; null where that cannot be known. */
export function corrected(start: Start): Start | null {
  const erratum = errata[start.id]
  if (erratum === undefined) return start
  return erratum.change === null ? null : { ...start, ...erratum.change }
}
