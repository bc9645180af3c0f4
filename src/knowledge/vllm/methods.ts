import data from './data/releases.json' with { type: 'json' }
import { releaseFor } from './releases.ts'

/** What a quantization method asks of a card and of the dtype in one release, as its class says. */
type MethodNeeds = {
  /** Lowest compute capability: `7.5`; null where the class computes it. */
  readonly capability: string | null
  /** Activation dtypes that it takes; empty where the class computes them. */
  readonly dtypes: readonly string[]
}

const needs = new Map(
  data.releases.map((release) => [
    release.version,
    release.methods as Readonly<Record<string, { capability: number | null; dtypes: string[] } | undefined>>,
  ]),
)

/** Needs of a method's class in a version; null where that release has no class of that name. */
export function methodNeeds(version: string, method: string): MethodNeeds | null {
  const found = releaseFor(version)
  const entry = found ? needs.get(found.release.version)?.[method] : undefined
  if (!entry) return null
  const { capability, dtypes } = entry
  return { capability: capability === null ? null : `${Math.floor(capability / 10)}.${capability % 10}`, dtypes }
}
