/**
 * Compares the memory prediction with starts of vLLM that people logged: $RIGUP_CORPUS/kv/starts.jsonl, and the starts from public
 * threads in eval-fit/public-starts.json: those with p were gathered to see how general the rules are, and some rules were mended by
 * them; those with q were gathered after that and have changed nothing.
 *
 *   npm run eval:fit [-- --lines | --worst]
 *
 * Every line is predicted twice: as an operator would ask (model, card, flags), and with the weights that the log states, which
 * leaves the KV cache as the only unknown.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { fit as predict } from '../src/advice/fit/fit.ts'
import type { ModelArchitecture } from '../src/knowledge/models/architecture.ts'
import { findModel } from '../src/knowledge/models/catalogue.ts'
import { readQuantization } from '../src/knowledge/models/quantization-config.ts'
import { corrected, errata } from './eval-fit/errata.ts'
import { heldByStatedCache, partsOf } from './eval-fit/parts.ts'
import { fitInputOf, jsonLines, notComparable, type Start, startSchema, tokensOf } from './eval-fit/starts.ts'
import { classesOf, percent, printTable, quantile, type Row } from './eval-fit/tally.ts'

const root = new URL('..', import.meta.url).pathname
const corpus = process.env.RIGUP_CORPUS ?? join(root, '..', 'shared', 'corpus')
const showLines = process.argv.includes('--lines')
const showWorst = process.argv.includes('--worst')

const aliasSchema = z.object({
  model: z.string(),
  same_shape_as: z.string(),
  quantization: z.record(z.string(), z.unknown()).optional(),
})
const aliases = new Map(
  jsonLines(join(corpus, 'models', 'aliases.jsonl'), aliasSchema).map((alias) => [alias.model, alias]),
)

function architectureOf(start: Start): ModelArchitecture | null {
  const found = findModel(start.model)
  if (found !== null) return found.architecture
  const shape = start.same_shape_as
  const alias = shape ? { same_shape_as: shape, quantization: start.shape_quantization } : aliases.get(start.model)
  const base = alias === undefined ? null : findModel(alias.same_shape_as)
  if (alias === undefined || base === null) return null
  if (alias.quantization === undefined) return base.architecture
  const { bits, format, group_size: group } = alias.quantization
  const quantization = readQuantization(
    format === 'fp8' ? { quant_method: 'fp8' } : { quant_method: 'gptq', bits: bits ?? 4, group_size: group ?? 128 },
  )
  return { ...base.architecture, quantization, safetensorsBytes: null }
}

type Case = { readonly start: Start; readonly architecture: ModelArchitecture }

function comparableOf(starts: readonly Start[]): Case[] {
  const left = new Map<string, number>()
  const cases = starts.flatMap((start) => {
    const architecture = architectureOf(start)
    const reason = notComparable(start, architecture)
    if (reason !== null) left.set(reason, (left.get(reason) ?? 0) + 1)
    return architecture === null || reason !== null ? [] : [{ start, architecture }]
  })
  console.log(`${starts.length} starts, ${cases.length} comparable`)
  for (const [reason, count] of left) console.log(`  left out: ${count}, ${reason}`)
  return cases
}

function rowOf({ start, architecture }: Case, withWeights: boolean): Row {
  const input = fitInputOf(start, architecture, withWeights)
  const predicted = predict(input)
  const truth = tokensOf(start)
  const error = truth === null || start.outcome !== 'started' ? null : predicted.kvTokens / truth - 1
  const { low, high } = predicted.range.kvTokens
  const right = predicted.starts === (start.outcome === 'started')
  const inside = truth !== null && truth >= low && truth <= high
  const verdict = right ? 'ok' : `WRONG (${start.outcome}, predicted ${predicted.reasons[0]?.id})`
  const text = [
    start.id,
    start.model.slice(0, 40).padEnd(40),
    (start.vllm_version ?? '').slice(0, 12).padEnd(12),
    (start.gpu ?? '').slice(0, 24).padEnd(24),
    `x${start.gpu_count}`,
    verdict,
    `KV ${predicted.kvGibPerGpu.toFixed(2)}/${start.available_kv_gib?.toFixed(2) ?? '-'}`,
    `tokens ${predicted.kvTokens}/${truth ?? '-'}`,
    error === null ? '' : `${percent(error)}${inside ? '' : ' OUT'}`,
    partsOf(start, input),
  ].join('  ')
  const width = error === null || predicted.kvTokens === 0 ? null : (high - low) / predicted.kvTokens
  return { start, classes: classesOf(start, architecture), right, error, inside, width, text }
}

function report(title: string, cases: readonly Case[], withWeights: boolean): void {
  const rows = cases.map((one) => rowOf(one, withWeights))
  printTable(title, rows)
  const worst = rows.toSorted((a, b) => Math.abs(b.error ?? 0) - Math.abs(a.error ?? 0))
  for (const row of showLines ? rows : showWorst ? worst.slice(0, 20) : rows.filter(({ right }) => !right))
    console.log(`  ${row.text}`)
}

function reportLayout(starts: readonly Start[]): void {
  const errors: number[] = []
  const atOnce: number[] = []
  for (const start of starts) {
    const architecture = architectureOf(start)
    const truth = start.gpu_kv_cache_tokens ?? null
    const stated = /\d+\.\d+/.test(start.vllm_version ?? '')
    const other = Boolean(start.speculative) || (start.decode_context_parallel ?? 1) > 1
    if (architecture === null || truth === null || !stated || other) continue
    const held = heldByStatedCache(start, fitInputOf(start, architecture, true))
    if (held === null) continue
    errors.push(Math.abs(held.tokens / truth - 1))
    if (start.max_concurrency) atOnce.push(Math.abs(held.concurrency / start.max_concurrency - 1))
    if ((errors.at(-1) ?? 0) > 0.03) console.log(`  ${start.id} ${start.model}: ${held.tokens} tokens, stated ${truth}`)
  }
  const line = (values: readonly number[]): string =>
    `${values.length} lines, median ${percent(quantile(values, 0.5))}, p90 ${percent(quantile(values, 0.9))}`
  console.log(`  tokens: ${line(errors)}; requests at once: ${line(atOnce)}`)
}

const goals = 'goals: 95 % of starts right, tokens median 5 %, p90 15 %'
const path = join(corpus, 'kv', 'starts.jsonl')
if (existsSync(path)) {
  console.log('Corpus')
  const starts = jsonLines(path, startSchema)
  const cases = comparableOf(starts)
  report(`As an operator asks, every line as it stands (${goals})`, cases, false)
  report('With the weights that the log states', cases, true)
  const told = cases.flatMap(({ start, architecture }) => {
    const line = corrected(start)
    return line === null ? [] : [{ start: line, architecture }]
  })
  report(
    `As an operator asks, and ${cases.length - told.length} line less and others as their own logs say`,
    told,
    false,
  )
  for (const [id, { why }] of Object.entries(errata)) console.log(`  ${id}: ${why}`)
  console.log('\nTokens in the cache that the log states: blocks, groups and windows alone, on any card')
  reportLayout(starts)
} else console.log(`eval:fit: there is no ${path}. Set RIGUP_CORPUS.`)

const published = z
  .array(startSchema)
  .parse(JSON.parse(readFileSync(join(root, 'scripts/eval-fit/public-starts.json'), 'utf8')))
const sets = [
  ['p', 'Starts from public threads, some of which mended a rule'],
  ['q', 'Starts from public files, gathered after every rule was written'],
] as const
for (const [prefix, title] of sets) {
  const starts = published.filter(({ id }) => id.startsWith(prefix))
  console.log(`\n${title}`)
  report('As an operator asks', comparableOf(starts), false)
  console.log('\nTokens in the cache that the log states')
  reportLayout(starts)
}
