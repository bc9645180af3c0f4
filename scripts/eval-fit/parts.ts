import { assess } from '../../src/advice/fit/assessment.ts'
import type { FitInput } from '../../src/advice/fit/input.ts'
import { type KvCapacity, kvCapacity } from '../../src/advice/fit/kv-groups.ts'
import { GiB } from '../../src/core/bytes.ts'
import type { Start } from './starts.ts'

const gib = (bytes: number): string => (bytes / GiB).toFixed(2)

/** Tokens that the stated GiB of KV cache hold: blocks, groups and windows alone, whatever the card. */
export function heldByStatedCache(start: Start, input: FitInput): KvCapacity | null {
  if (!start.available_kv_gib || start.available_kv_gib <= 0) return null
  const { stages, rules, length, inFlight } = assess(input)
  const layout = stages[0]?.layout
  if (layout === undefined || layout.bytesPerBlock === 0) return null
  const blocks = Math.floor((start.available_kv_gib * GiB) / layout.bytesPerBlock)
  return kvCapacity(layout, blocks, length, inFlight, rules)
}

/** The parts of a prediction beside what the log states, so that one sees which is wrong: GiB per GPU. */
export function partsOf(start: Start, input: FitInput): string {
  const { requested, stages, overhead, rules, spread } = assess(input)
  const stage = stages[0]
  if (stage === undefined) return ''
  const { weights, activations, graphsReserved } = stage
  const stated = start.model_loading_gib ?? null
  const cache = start.available_kv_gib ?? null
  const left = stated === null || cache === null ? null : requested / GiB - stated - cache
  return [
    `weights ${gib(weights)}/${stated?.toFixed(2) ?? '-'}`,
    `rest ${gib(activations.bytes + overhead.bytes + graphsReserved)}/${left?.toFixed(2) ?? '-'}`,
    `= ${activations.from} ${gib(activations.bytes)} + overhead ${gib(overhead.bytes)} + graphs ${gib(graphsReserved)}`,
    `+-${gib(spread)}`,
    `${rules.engine}, runner ${rules.runner}`,
  ].join('  ')
}
