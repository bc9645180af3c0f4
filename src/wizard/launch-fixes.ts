import { retryLadder } from '../advice/retry-ladder.ts'
import type { Cause } from '../diagnosis/cause.ts'
import { type Diagnosis, type Fix, fixSchema } from '../diagnosis/schema.ts'
import type { Machine } from '../machine/schema.ts'
import type { FieldPath } from '../recipe/fields.ts'
import type { Recipe } from '../recipe/schema/recipe.ts'

/** Causes that others on the same card bring about, and that go away with another card, another moment, or less memory. */
const aboutGpuMemory: ReadonlySet<string> = new Set<Cause>([
  'memory-profiling-assert',
  'free-mem-below-utilization',
  'kv-no-memory',
  'kv-too-small-for-max-len',
  'gpu-oom-weights',
  'gpu-oom-warmup-or-cudagraph',
  'gpu-oom-multimodal-profiling',
])

export type FailedStart = {
  readonly recipe: Recipe
  /** Null while it is not read yet. */
  readonly machine: Machine | null
  /** How often this very recipe was started. */
  readonly attempts: number
  /** Recipe fields that fixes have changed before: their rungs are behind. */
  readonly changed: readonly FieldPath[]
}

/** The diagnosis with the next rung of the retry ladder after its own fixes, where the card's memory is what a start failed for. Pure. */
export function withRetryLadder(diagnosis: Diagnosis, { recipe, machine, attempts, changed }: FailedStart): Diagnosis {
  if (machine === null || diagnosis.cause === null || !aboutGpuMemory.has(diagnosis.cause)) return diagnosis
  const known = new Set(diagnosis.fixes.map(changeOf))
  const rungs = retryLadder(recipe, machine).filter(({ id, set }) =>
    id === 'same-again' ? attempts < 2 : !Object.keys(set).some((path) => changed.includes(path)),
  )
  for (const { title, set, advice } of rungs) {
    const fix = fixSchema.safeParse({ title, change: { kind: 'recipe', set }, why: advice.why, risk: null })
    if (fix.success && !known.has(changeOf(fix.data))) return { ...diagnosis, fixes: [...diagnosis.fixes, fix.data] }
  }
  return diagnosis
}

function changeOf({ change }: Fix): string {
  return JSON.stringify(change.kind === 'recipe' ? change.set : change)
}
