import data from './data/releases.json' with { type: 'json' }
import { compareVersions, minorOf } from './version.ts'

/** What one release of vLLM was built for, read from its wheel on PyPI for x86-64. */
export type Release = {
  /** The last patch of its minor release. */
  readonly version: string
  /** The day its wheel was packed, ISO 8601. */
  readonly built: string
  /** The lowest glibc that the wheel's tag names (`manylinux_2_28`). */
  readonly glibc: string
  readonly wheelBytes: number
  /** Major version of the CUDA runtime that the wheel links to. */
  readonly cuda: number | null
  /** Capabilities that have machine code in it, lowest first. */
  readonly capabilities: readonly string[]
  /** Version ranges as the metadata has them: `>=3.11,<3.15`. */
  readonly requirements: {
    readonly python: string
    readonly torch: string | null
    readonly transformers: string | null
  }
}

const releases: readonly Release[] = data.releases.map((release) => ({
  ...release,
  glibc: /manylinux_(\d+)_(\d+)/.exec(release.wheel)?.slice(1, 3).join('.') ?? '2.17',
  // Code for 5.2 is what nvcc makes when nobody names a target, and no kernel of a model; vLLM's own floor was 7.0.
  capabilities: release.capabilities.filter((capability) => Number(capability) >= 7),
}))

/** The day this table was generated, ISO 8601. */
export const knowledgeDate: string = data.generated

/** Every release that the table knows, oldest first: the last patch of each minor release, and 0.11.0. */
export function knownReleases(): readonly Release[] {
  return releases
}

/** The newest release that the table knows. */
export function newestRelease(): Release {
  const newest = releases.at(-1)
  if (newest === undefined) throw new Error('the table of vLLM releases is empty')
  return newest
}

/** The exact version that is meant, without its local part (`+cu129`): the newest of the table where that is left open. */
export function exactVersion(version: string): string {
  return /^v?\d+\.\d+/.test(version) ? version.replace(/\+.*$/, '') : newestRelease().version
}

/**
 * The release that stands for a version: itself, or the next patch of its minor release that the table has. A version newer
 * than the table is taken as the newest one (`exact: false`), `newest` too; null where it is older than the table.
 */
export function releaseFor(version: string): { release: Release; exact: boolean } | null {
  if (version === 'newest') return { release: newestRelease(), exact: false }
  const ofMinor = releases.filter((one) => minorOf(one.version) === minorOf(version))
  const release = ofMinor.find((one) => compareVersions(one.version, version) >= 0) ?? ofMinor.at(-1)
  if (release) return { release, exact: compareVersions(release.version, version) === 0 }
  return compareVersions(version, newestRelease().version) > 0 ? { release: newestRelease(), exact: false } : null
}

/** What a release asks of Python, torch and transformers; null where the version is older than the table. */
export function requirementsOf(version: string): Release['requirements'] | null {
  return releaseFor(version)?.release.requirements ?? null
}

/** The last release whose wheel has machine code for a capability; null where none ever had. */
export function lastReleaseFor(capability: string): Release | null {
  return releases.findLast((release) => runsOn(release, capability)) ?? null
}

/**
 * True where a wheel's machine code runs on a card. Code for X.Y runs on X.Z with Z >= Y (CUDA's binary compatibility), except
 * that from 10.0 on vLLM builds for exact targets with CUDA 12 and for families (10.0f, 12.0f) only with CUDA 13. There is no
 * PTX to fall back to.
 * @param cuda the CUDA major version of the wheel or image, where it is another than the PyPI wheel's
 */
export function runsOn(release: Release, capability: string, cuda = release.cuda): boolean {
  const [major, minor] = split(capability)
  return release.capabilities.some((built) => {
    const [builtMajor, builtMinor] = split(built)
    if (builtMajor !== major) return false
    return major >= 10 && (cuda ?? 12) < 13 ? builtMinor === minor : builtMinor <= minor
  })
}

function split(capability: string): [number, number] {
  const [major, minor] = capability.split('.').map(Number)
  return [major ?? 0, minor ?? 0]
}
