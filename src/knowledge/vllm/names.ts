import architectures from './data/architectures.json' with { type: 'json' }
import deprecated from './data/deprecated-quantization.json' with { type: 'json' }
import flags from './data/flags.json' with { type: 'json' }
import quantization from './data/quantization.json' with { type: 'json' }
import variables from './data/variables.json' with { type: 'json' }
import withoutPipelines from './data/without-pipelines.json' with { type: 'json' }
import { newestRelease, releaseFor } from './releases.ts'
import { compareVersions } from './version.ts'

/** Names with the stretches of releases that have them, two entries a stretch: first and last. */
type Table = Readonly<Record<string, readonly string[]>>

/** When a name came and went: `{ first: '0.6.6.post1', last: '0.16.0' }`; `last` is null while the newest release has it. */
export type Lifetime = { first: string; last: string | null }

/** True where `vllm serve` of that version has the flag (`--swap-space` or `swap-space`); null where nobody can say. */
export function knowsFlag(version: string, flag: string): boolean | null {
  return hasName(flags, version, flagName(flag))
}

/** When a flag came and went; null for one that no release had. */
export function lifetimeOfFlag(flag: string): Lifetime | null {
  return lifetime(flags, flagName(flag))
}

/** True where that version reads the variable; null where nobody can say. */
export function knowsVariable(version: string, name: string): boolean | null {
  return hasName(variables, version, name)
}

export function lifetimeOfVariable(name: string): Lifetime | null {
  return lifetime(variables, name)
}

/** The names that `--quantization` takes in that version. */
export function quantizationMethods(version: string): ReadonlySet<string> | null {
  return namesOf(quantization, version)
}

export function lifetimeOfQuantization(method: string): Lifetime | null {
  return lifetime(quantization, method)
}

/** True where a method works only with `--allow-deprecated-quantization`. */
export function isDeprecatedQuantization(version: string, method: string): boolean {
  return hasName(deprecated, version, method) === true
}

/** True where that version has the model architecture (`Qwen2ForCausalLM`); null where nobody can say. */
export function supportsArchitecture(version: string, architecture: string): boolean | null {
  return hasName(architectures, version, architecture)
}

export function lifetimeOfArchitecture(architecture: string): Lifetime | null {
  return lifetime(architectures, architecture)
}

/**
 * False where vLLM cannot cut that architecture into pipeline stages; null where that is not known. The table begins with the release
 * that was first read for it; what it lacks there it lacked before.
 */
export function hasPipelines(version: string, architecture: string): boolean | null {
  const ends = Object.hasOwn(withoutPipelines, architecture) ? lifetime(withoutPipelines, architecture) : null
  if (ends === null) return null
  return ends.last !== null && compareVersions(releaseFor(version)?.release.version ?? version, ends.last) > 0
}

function flagName(flag: string): string {
  return `--${flag.replace(/^--/, '').replaceAll('_', '-')}`
}

function namesOf(table: Table, version: string): ReadonlySet<string> | null {
  const found = releaseFor(version)
  if (!found) return null
  const inIt = Object.entries(table).filter(([, ends]) => inStretches(ends, found.release.version))
  return new Set(inIt.map(([name]) => name))
}

function hasName(table: Table, version: string, name: string): boolean | null {
  const found = releaseFor(version)
  if (!found) return null
  return Object.hasOwn(table, name) && inStretches(table[name] ?? [], found.release.version)
}

function lifetime(table: Table, name: string): Lifetime | null {
  const ends = Object.hasOwn(table, name) ? table[name] : undefined
  const [first, last] = [ends?.[0], ends?.at(-1)]
  if (first === undefined || last === undefined) return null
  return { first, last: last === newestRelease().version ? null : last }
}

function inStretches(ends: readonly string[], version: string): boolean {
  return ends.some(
    (first, index) =>
      index % 2 === 0 &&
      compareVersions(version, first) >= 0 &&
      compareVersions(version, ends[index + 1] ?? first) <= 0,
  )
}
