/**
 * Compares the memory prediction with starts of vLLM that people logged: $RIGUP_CORPUS/kv/starts.jsonl.
 *
 *   npm run eval:fit [-- --lines]
 *
 * Every line is predicted twice: as an operator would ask (model, card, flags), and with the weights that the log states, which
 * leaves the KV cache as the only unknown.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { assess } from '../src/advice/fit/assessment.ts'
import { fit as predict } from '../src/advice/fit/fit.ts'
import type { Fit, FitInput } from '../src/advice/fit/input.ts'
import { type KvCapacity, kvCapacity } from '../src/advice/fit/kv-groups.ts'
import { GiB, MiB } from '../src/core/bytes.ts'
import { gpuMemoryOf } from '../src/knowledge/gpu-memory.ts'
import type { ModelArchitecture } from '../src/knowledge/models/architecture.ts'
import { findModel } from '../src/knowledge/models/catalogue.ts'
import { readQuantization } from '../src/knowledge/models/quantization-config.ts'

const root = new URL('..', import.meta.url).pathname
const corpus = process.env.RIGUP_CORPUS ?? join(root, '..', 'shared', 'corpus')
const starts = join(corpus, 'kv', 'starts.jsonl')
if (!existsSync(starts)) {
  console.log(`eval:fit skipped: there is no ${starts}. Set RIGUP_CORPUS.`)
  process.exit(0)
}

const number = z.number().nullable().optional()
const text = z.string().nullable().optional()
const lineSchema = z.object({
  id: z.string(),
  model: z.string(),
  quantization: text,
  gpu: text,
  gpu_count: z.number(),
  tensor_parallel: z.number(),
  pipeline_parallel: number,
  vllm_version: text,
  gpu_memory_utilization: number,
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
  enable_lora: z.unknown().optional(),
  decode_context_parallel: number,
  gpu_memory_utilization_explicit: z.boolean().nullable().optional(),
})
type Line = z.infer<typeof lineSchema>
const aliasSchema = z.object({
  model: z.string(),
  same_shape_as: z.string(),
  quantization: z.record(z.string(), z.unknown()).optional(),
})

function jsonLines<T>(path: string, schema: z.ZodType<T>): T[] {
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => schema.parse(JSON.parse(line)))
}

const aliases = new Map(
  jsonLines(join(corpus, 'models', 'aliases.jsonl'), aliasSchema).map((alias) => [alias.model, alias]),
)

function architectureOf(line: Line): ModelArchitecture | null {
  const found = findModel(line.model)
  if (found !== null) return found.architecture
  const alias = aliases.get(line.model)
  const base = alias === undefined ? null : findModel(alias.same_shape_as)
  if (alias === undefined || base === null) return null
  if (alias.quantization === undefined) return base.architecture
  const { bits, format, group_size: group } = alias.quantization
  const quantization = readQuantization(
    format === 'fp8' ? { quant_method: 'fp8' } : { quant_method: 'gptq', bits: bits ?? 4, group_size: group ?? 128 },
  )
  return { ...base.architecture, quantization, safetensorsBytes: null }
}

/** Why a line says nothing about the prediction; null where it does. */
function notComparable(line: Line, architecture: ModelArchitecture | null): string | null {
  if (architecture === null) return 'the model is not in the catalogue'
  if (line.outcome === 'incomplete') return 'the log ends before the outcome'
  if (/embedding|rerank/i.test(line.model)) return 'a pooling model: its profiling run has no sampling'
  const version = /(\d+)\.(\d+)/.exec(line.vllm_version ?? '')
  if (version === null) return 'the version is not stated'
  if (version[1] === '0' && Number(version[2]) < 6) return 'a version before 0.6, whose sources are not read'
  if (line.speculative) return 'speculative decoding: a draft model takes memory that no flag of `rigup fit` names'
  if ((line.decode_context_parallel ?? 1) > 1) return 'decode context parallel: the log counts tokens of all ranks'
  const card = line.gpu ? gpuMemoryOf(line.gpu) : null
  if (!line.device_total_gib && card === null) return 'the card is not stated, or of a kind whose memory is not known'
  if (line.gpu?.includes(' + ')) return 'cards of two kinds'
  const total = line.device_total_gib ?? (card?.deviceMib ?? 0) / 1024
  const tokens = truthTokens(line) ?? 0
  const cache = line.available_kv_gib ?? (tokens * attentionBytesPerToken(architecture, line)) / GiB
  if ((line.model_loading_gib ?? 0) + cache > total * 1.02)
    return 'weights and cache together are larger than the card that is named'
  if ((line.gpu_memory_utilization ?? null) === null && line.gpu_memory_utilization_explicit !== false)
    return 'the utilization is not stated'
  if (
    (line.max_model_len ?? line.max_concurrency_for_tokens ?? null) === null &&
    line.gpu_memory_utilization_explicit !== false
  )
    return 'the length is not stated'
  return null
}

/** Bytes per token and GPU where every layer keeps every token: a lower bound would be wrong only for windows. */
function attentionBytesPerToken(architecture: ModelArchitecture, line: Line): number {
  const caches = architecture.layers.flatMap((layer) => layer.caches)
  if (caches.some((cache) => cache.kind !== 'full')) return 0
  const bytes = caches.reduce(
    (sum, cache) => sum + (cache.kind === 'full' ? cache.kvHeads * (cache.keyDim + cache.valueDim) * 2 : 0),
    0,
  )
  return bytes / line.tensor_parallel / (line.pipeline_parallel ?? 1)
}

function inputOf(line: Line, architecture: ModelArchitecture, withWeights: boolean): FitInput {
  const name = line.gpu ?? 'unknown'
  const known = gpuMemoryOf(name)
  const told = line.device_total_gib ? line.device_total_gib * GiB : undefined
  return {
    architecture,
    gpu: {
      name,
      totalBytes: known === null ? (told ?? 0) : known.totalMib * MiB,
      deviceTotalBytes: told,
      freeBytes: line.device_free_gib ? line.device_free_gib * GiB : undefined,
    },
    gpus: Math.max(line.gpu_count, line.tensor_parallel * (line.pipeline_parallel ?? 1)),
    tensorParallel: line.tensor_parallel,
    pipelineParallel: line.pipeline_parallel ?? 1,
    vllmVersion: line.vllm_version ?? 'newest',
    utilization: line.gpu_memory_utilization ?? undefined,
    maxModelLen: line.max_model_len ?? line.max_concurrency_for_tokens ?? undefined,
    kvCacheDtype: line.kv_cache_dtype ?? 'auto',
    maxNumSeqs: line.max_num_seqs ?? undefined,
    maxNumBatchedTokens: line.max_num_batched_tokens ?? undefined,
    enforceEager: line.enforce_eager ?? false,
    weightsGib: withWeights ? (line.model_loading_gib ?? undefined) : undefined,
    cpuOffloadGib: withWeights ? undefined : (line.cpu_offload_gb ?? undefined),
  }
}

function truthTokens(line: Line): number | null {
  if (line.gpu_kv_cache_tokens) return line.gpu_kv_cache_tokens
  return line.gpu_blocks ? line.gpu_blocks * (line.block_size ?? 16) : null
}

function classesOf(line: Line, architecture: ModelArchitecture): string[] {
  const caches = architecture.layers.flatMap((layer) => layer.caches.map((cache) => cache.kind))
  const hybrid = new Set(caches).size > 1
  const latent = caches.includes('latent')
  return [
    'all',
    ...(architecture.experts === null && !hybrid && !latent ? ['dense'] : []),
    ...(architecture.experts === null ? [] : ['MoE']),
    ...(latent ? ['MLA'] : []),
    ...(hybrid ? ['hybrid'] : []),
    ...(architecture.quantization === null ? [] : ['quantized']),
    ...(line.tensor_parallel > 1 ? ['TP'] : []),
    ...(architecture.vision === null ? [] : ['multimodal']),
  ]
}

type Tally = { called: number; right: number; errors: number[]; inRange: number }

function quantile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? null
}

function shown(share: number | null): string {
  return share === null ? '-' : `${(share * 100).toFixed(1)} %`
}

/** Tokens that the stated GiB of KV cache hold: blocks, groups and windows alone, whatever the card. */
function heldByStatedCache(line: Line, architecture: ModelArchitecture): KvCapacity | null {
  if (!line.available_kv_gib || line.available_kv_gib <= 0) return null
  const { stages, rules, length, inFlight } = assess(inputOf(line, architecture, true))
  const layout = stages[0]?.layout
  if (layout === undefined || layout.bytesPerBlock === 0) return null
  const blocks = Math.floor((line.available_kv_gib * GiB) / layout.bytesPerBlock)
  return kvCapacity(layout, blocks, length, inFlight, rules)
}

function reportLayout(): void {
  const errors = new Map<string, number[]>()
  const atOnce: number[] = []
  for (const line of lines) {
    const architecture = architectureOf(line)
    const truth = line.gpu_kv_cache_tokens ?? null
    const version = /\d+\.\d+/.test(line.vllm_version ?? '')
    if (
      architecture === null ||
      truth === null ||
      !version ||
      line.speculative ||
      (line.decode_context_parallel ?? 1) > 1
    )
      continue
    const held = heldByStatedCache(line, architecture)
    if (held === null) continue
    const error = Math.abs(held.tokens / truth - 1)
    const requests = line.max_concurrency ? Math.abs(held.concurrency / line.max_concurrency - 1) : null
    if (requests !== null) atOnce.push(requests)
    if (showLines)
      console.log(
        [
          line.id,
          line.model.slice(0, 44),
          line.vllm_version?.slice(0, 12),
          held.tokens,
          truth,
          shown(error),
          `at once ${held.concurrency.toFixed(2)}/${line.max_concurrency ?? '-'} ${shown(requests)}`,
        ].join('  '),
      )
    for (const name of classesOf(line, architecture)) errors.set(name, [...(errors.get(name) ?? []), error])
  }
  console.log('\nTokens in the cache that the log states: blocks, groups and windows alone, on any card')
  console.log('class        lines  median   p90')
  for (const [name, values] of errors)
    console.log(
      `${name.padEnd(12)} ${String(values.length).padStart(5)}  ${shown(quantile(values, 0.5)).padStart(6)}  ${shown(quantile(values, 0.9)).padStart(6)}`,
    )
  console.log(
    `requests at once: ${atOnce.length} lines, median ${shown(quantile(atOnce, 0.5))}, p90 ${shown(quantile(atOnce, 0.9))}`,
  )
}

function report(title: string, withWeights: boolean): void {
  const tallies = new Map<string, Tally>()
  for (const { line, architecture } of comparable) {
    const predicted: Fit = predict(inputOf(line, architecture, withWeights))
    const truth = truthTokens(line)
    const error = truth === null || line.outcome !== 'started' ? null : Math.abs(predicted.kvTokens / truth - 1)
    const inside = truth !== null && truth >= predicted.range.kvTokens.low && truth <= predicted.range.kvTokens.high
    const right = predicted.starts === (line.outcome === 'started')
    for (const name of classesOf(line, architecture)) {
      const tally = tallies.get(name) ?? { called: 0, right: 0, errors: [], inRange: 0 }
      tally.called += 1
      tally.right += right ? 1 : 0
      if (error !== null) {
        tally.errors.push(error)
        tally.inRange += inside ? 1 : 0
      }
      tallies.set(name, tally)
    }
    if (showLines)
      console.log(
        [
          line.id,
          line.model.slice(0, 44),
          line.vllm_version?.slice(0, 12),
          `tp${line.tensor_parallel}`,
          right ? 'ok' : `WRONG(${line.outcome}: ${line.error?.slice(0, 40) ?? ''} / ${predicted.reasons[0]?.id})`,
          `W ${predicted.weightsGibPerGpu.toFixed(2)}/${line.model_loading_gib?.toFixed(2) ?? '-'}`,
          `KV ${predicted.kvGibPerGpu.toFixed(2)}/${line.available_kv_gib?.toFixed(2) ?? '-'}`,
          `tokens ${predicted.kvTokens}/${truth ?? '-'}`,
          error === null ? '' : `${shown(error)}${inside ? '' : ' OUT'}`,
        ].join('  '),
      )
  }
  console.log(`\n${title}`)
  console.log('class        lines  starts right   tokens: lines  median   p90      in range')
  for (const [name, { called, right, errors, inRange }] of tallies)
    console.log(
      `${name.padEnd(12)} ${String(called).padStart(5)}  ${shown(right / called).padStart(12)}   ${String(errors.length).padStart(13)}  ${shown(quantile(errors, 0.5)).padStart(7)}  ${shown(quantile(errors, 0.9)).padStart(7)}  ${shown(errors.length === 0 ? null : inRange / errors.length).padStart(8)}`,
    )
}

const showLines = process.argv.includes('--lines')
const lines = jsonLines(starts, lineSchema)
const left = new Map<string, number>()
const comparable = lines.flatMap((line) => {
  const architecture = architectureOf(line)
  const reason = notComparable(line, architecture)
  if (reason !== null) left.set(reason, (left.get(reason) ?? 0) + 1)
  return architecture === null || reason !== null ? [] : [{ line, architecture }]
})

console.log(`${lines.length} starts, ${comparable.length} comparable`)
for (const [reason, count] of left) console.log(`  left out: ${count}, ${reason}`)
report('As an operator asks (goals: 95 % of starts right, tokens median 5 %, p90 15 %)', false)
report('With the weights that the log states', true)
reportLayout()
