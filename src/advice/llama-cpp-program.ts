import { type PinnedBuild, pinnedLlamaCpp } from '../knowledge/llama-cpp-release.ts'
import { toolOf } from '../machine/find.ts'
import type { Machine } from '../machine/schema.ts'
import type { FieldPath } from '../recipe/fields.ts'
import type { LlamaCppBuild } from '../recipe/schema/engine.ts'
import type { Recipe } from '../recipe/schema/recipe.ts'
import { driverMajor } from './engine-routes/cuda-target.ts'
import { cpuHas, gpusOf, hasCapability, versionAtLeast } from './machine-facts.ts'

type Engine = Recipe['engine']

/**
 * Fills in which llama.cpp a recipe means on this machine: the server that is installed with its version, or the build of the project that
 * suits the cards with version and archives, or one built here. What the recipe says stays. Pure.
 */
export function llamaCppProgram(machine: Machine, engine: Engine): Record<FieldPath, unknown> {
  if (engine.route !== 'llama-cpp' || engine.archives !== undefined) return {}
  const build = engine.build ?? (engine.package === undefined ? llamaCppBuildFor(machine, engine) : 'source')
  const set: Record<FieldPath, unknown> = { 'engine.build': build }
  if (build === 'source') return set
  if (build === 'installed') {
    const version = toolOf(machine, 'llama-server')?.version.value
    return version && engine.version === 'newest' ? { ...set, 'engine.version': version } : set
  }
  const pinned = pinnedBuilds(machine, engine).find((one) => one.build === build)
  if (pinned === undefined) return set
  const archives = pinned.archives.map(({ file, sha256 }) => ({ file, sha256 }))
  return { ...set, 'engine.version': pinned.version, 'engine.archives': archives }
}

/** The llama.cpp that is taken where nobody asks for another: the one that is there, the project's build for the cards, its build for CPUs, or one built here. */
export function llamaCppBuildFor(
  machine: Machine,
  engine: Pick<Engine, 'version'> = { version: 'newest' },
): LlamaCppBuild {
  if (toolOf(machine, 'llama-server') !== null) return 'installed'
  const running = pinnedBuilds(machine, engine).filter((pinned) => suits(pinned, machine))
  const order: readonly LlamaCppBuild[] = ['cuda-13', 'cuda-12', 'vulkan', 'cpu']
  return order.find((build) => running.some((pinned) => pinned.build === build)) ?? 'source'
}

/** Pinned builds for this processor, of the release that is asked for. */
function pinnedBuilds({ cpu }: Machine, { version }: Pick<Engine, 'version'>): readonly PinnedBuild[] {
  return pinnedLlamaCpp.filter(
    (pinned) => pinned.architecture === cpu.architecture.value && ['newest', pinned.version].includes(version),
  )
}

function suits({ build, glibc }: PinnedBuild, machine: Machine): boolean {
  if (versionAtLeast(machine.os.glibc.value, glibc) !== true) return false
  const nvidia = gpusOf(machine, 'nvidia')
  const hasAvx2 = machine.cpu.architecture.value !== 'x86_64' || cpuHas(machine, 'avx2') !== false
  switch (build) {
    case 'cuda-12':
      return hasAvx2 && nvidia.some((gpu) => hasCapability(gpu, '7.5') === true && (driverMajor(gpu) ?? 0) >= 570)
    case 'cuda-13':
      return nvidia.some((gpu) => hasCapability(gpu, '12.1') === true && (driverMajor(gpu) ?? 0) >= 580)
    case 'vulkan':
      // Graphics inside an Intel CPU gain little, and servers with them often lack the loader.
      return nvidia.length + gpusOf(machine, 'amd').length > 0
    default:
      return true
  }
}
