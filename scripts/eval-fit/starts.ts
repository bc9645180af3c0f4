import { existsSync, readFileSync } from 'node:fs'
import * as z from 'zod'
import type { FitInput } from '../../src/advice/fit/input.ts'
import { GiB, MiB } from '../../src/core/bytes.ts'
import { gpuMemoryOf } from '../../src/knowledge/gpu-memory.ts'
import type { ModelArchitecture } from '../../src/knowledge/models/architecture.ts'

const number = z.number().nullable().optional()
const text = z.string().nullable().optional()

/** One start of vLLM that somebody logged: what was asked for, and what the engine then said. */
export const startSchema = z.object({
  id: z.string(),
  model: z.string(),
  gpu: text,
  gpu_count: z.number(),
  tensor_parallel: z.number(),
  pipeline_parallel: number,
  vllm_version: text,
  gpu_memory_utilization: number,
  gpu_memory_utilization_explicit: z.boolean().nullable().optional(),
  max_model_len: number,
  enforce_eager: z.boolean().nullable().optional(),
  kv_cache_dtype: text,
  max_num_seqs: number,
  max_num_batched_tokens: number,
  cpu_offload_gb: number,
  model_loading_gib: number,
  available_kv_gib: number,
  gpu_kv_cache_tokens: number,
  gpu_blocks: number,
  block_size: number,
  max_concurrency: number,
  max_concurrency_for_tokens: number,
  device_total_gib: number,
  device_free_gib: number,
  outcome: z.enum(['started', 'failed', 'incomplete']),
  error: text,
  speculative: z.unknown().optional(),
  decode_context_parallel: number,
  source_kind: text,
  same_shape_as: text,
  shape_quantization: z.record(z.string(), z.unknown()).optional(),
})
export type Start = z.infer<typeof startSchema>

/** Lines of JSON, each read through the schema; none where there is no such file. */
export function jsonLines<T>(path: string, schema: z.ZodType<T>): T[] {
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => schema.parse(JSON.parse(line)))
}

/** Tokens of KV cache that the log states, or null. */
export function tokensOf(start: Start): number | null {
  if (start.gpu_kv_cache_tokens) return start.gpu_kv_cache_tokens
  return start.gpu_blocks ? start.gpu_blocks * (start.block_size ?? 16) : null
}

/** Bytes per token and GPU where every layer keeps every token; 0 where windows or states make that no bound. */
function bytesPerToken(architecture: ModelArchitecture, start: Start): number {
  const caches = architecture.layers.flatMap((layer) => layer.caches)
  if (caches.some((cache) => cache.kind !== 'full')) return 0
  const bytes = caches.reduce(
    (sum, cache) => sum + (cache.kind === 'full' ? cache.kvHeads * (cache.keyDim + cache.valueDim) * 2 : 0),
    0,
  )
  return bytes / start.tensor_parallel / (start.pipeline_parallel ?? 1)
}

/** Why a start says nothing about the prediction; null where it does. */
export function notComparable(start: Start, architecture: ModelArchitecture | null): string | null {
  if (architecture === null) return 'the model is not in the catalogue'
  if (start.outcome === 'incomplete') return 'the log ends before the outcome'
  if (/embedding|rerank/i.test(start.model)) return 'a pooling model: its profiling run has no sampling'
  const version = /(\d+)\.(\d+)/.exec(start.vllm_version ?? '')
  if (version === null) return 'the version is not stated'
  if (version[1] === '0' && Number(version[2]) < 6) return 'a version before 0.6, whose sources are not read'
  if (start.speculative) return 'speculative decoding: a draft model takes memory that no flag of `rigup fit` names'
  if ((start.decode_context_parallel ?? 1) > 1) return 'decode context parallel: the log counts tokens of all ranks'
  const card = start.gpu ? gpuMemoryOf(start.gpu) : null
  if (!start.device_total_gib && card === null) return 'the card is not stated, or of a kind whose memory is not known'
  if (start.gpu?.includes(' + ')) return 'cards of two kinds'
  const total = start.device_total_gib ?? (card?.deviceMib ?? 0) / 1024
  const cache = start.available_kv_gib ?? ((tokensOf(start) ?? 0) * bytesPerToken(architecture, start)) / GiB
  if ((start.model_loading_gib ?? 0) + cache > total * 1.02)
    return 'weights and cache together are larger than the card that is named'
  const implied = start.gpu_memory_utilization_explicit === false
  if ((start.gpu_memory_utilization ?? null) === null && !implied) return 'the utilization is not stated'
  if ((start.max_model_len ?? start.max_concurrency_for_tokens ?? null) === null && !implied)
    return 'the length is not stated'
  return null
}

/** What `rigup fit` would be asked: with the weights that the log states, or without. */
export function fitInputOf(start: Start, architecture: ModelArchitecture, withWeights: boolean): FitInput {
  const name = start.gpu ?? 'unknown'
  const known = gpuMemoryOf(name)
  const told = start.device_total_gib ? start.device_total_gib * GiB : undefined
  const pipelineParallel = start.pipeline_parallel ?? 1
  return {
    architecture,
    gpu: {
      name,
      totalBytes: known === null ? (told ?? 0) : known.totalMib * MiB,
      deviceTotalBytes: told,
      freeBytes: start.device_free_gib ? start.device_free_gib * GiB : undefined,
    },
    gpus: Math.max(start.gpu_count, start.tensor_parallel * pipelineParallel),
    tensorParallel: start.tensor_parallel,
    pipelineParallel,
    vllmVersion: start.vllm_version ?? 'newest',
    utilization: start.gpu_memory_utilization ?? undefined,
    maxModelLen: start.max_model_len ?? start.max_concurrency_for_tokens ?? undefined,
    kvCacheDtype: start.kv_cache_dtype ?? 'auto',
    maxNumSeqs: start.max_num_seqs ?? undefined,
    maxNumBatchedTokens: start.max_num_batched_tokens ?? undefined,
    enforceEager: start.enforce_eager ?? false,
    weightsGib: withWeights ? (start.model_loading_gib ?? undefined) : undefined,
    cpuOffloadGib: withWeights ? undefined : (start.cpu_offload_gb ?? undefined),
  }
}
