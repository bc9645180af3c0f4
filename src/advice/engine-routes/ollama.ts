import { ollama } from '../../knowledge/ollama.ts'
import { isBefore } from '../../knowledge/vllm/version.ts'
import type { Gpu, Machine } from '../../machine/schema.ts'
import type { Advice } from '../advice.ts'
import { capabilityNumber, cardList, gpuFact, gpusOf, hasCapability, isImmutable, toolOf } from '../machine-facts.ts'
import { makeAdvice } from '../make-advice.ts'
import { sources } from '../sources.ts'
import { driverMajor } from './cuda-target.ts'
import { architectureNeeds } from './host-needs.ts'
import { type RouteAdvice, routeAdvice } from './route-advice.ts'

/** Ollama: runs on nearly every card, through CUDA, ROCm or Vulkan, and on any x86-64 CPU. */
export function ollamaRoute(machine: Machine): RouteAdvice {
  const amd = gpusOf(machine, 'amd')
  const tool = toolOf(machine, 'ollama')
  const installed = tool !== null
  const keeps = installed && isBefore(tool.version.value ?? ollama.knownVersion, ollama.knownVersion)
  const rocm = amd.filter((gpu) => onRocm(gpu) || (keeps && gpu.arch.value === 'gfx906'))
  const why = [
    ...architectureNeeds(machine, ['x86_64', 'aarch64'], 'Ollama', sources.ollamaGpu),
    ...cuda(machine),
    ...(keeps && amd.some((gpu) => gpu.arch.value === 'gfx906') ? [keepInstalled(tool.version.value ?? '')] : []),
    ...amdReasons(machine, amd, rocm),
  ]
  const module = machine.os.id.value === 'nixos'
  return routeAdvice(
    {
      route: 'ollama',
      title: `Ollama${backend(machine, rocm)}`,
      publisher: 'the Ollama project, on GitHub',
      why: why.length > 0 ? why : [onlyCpu()],
      action: installed
        ? 'The installed Ollama is used; rigup pulls the model and tests it.'
        : module
          ? 'rigup writes a NixOS module with services.ollama; nothing is written under /etc.'
          : "The release's archive is unpacked into rigup's directory; its installer and root are not needed.",
    },
    {
      ...(installed ? { state: 'installed' as const } : {}),
      // What is installed is what runs; another version is another decision.
      engine: { version: tool?.version.value ?? 'newest' },
      environment: amd.length > 0 && rocm.length === 0 ? { OLLAMA_VULKAN: '1' } : {},
      downloadBytes: installed ? 0 : ollama.downloadBytes.base + (rocm.length > 0 ? ollama.downloadBytes.rocm : 0),
      diskBytes: installed || isImmutable(machine) ? null : 3.5e9,
    },
  )
}

function onRocm(gpu: Gpu): boolean {
  const targets: readonly string[] = ollama.rocmTargets
  return targets.includes(gpu.arch.value ?? '')
}

function backend(machine: Machine, rocm: readonly Gpu[]): string {
  if (gpusOf(machine, 'nvidia').some((gpu) => hasCapability(gpu, ollama.cuda.capability) === true)) return ' with CUDA'
  if (rocm.length > 0) return ' with ROCm'
  return gpusOf(machine, 'amd').length > 0 || gpusOf(machine, 'intel').length > 0 ? ' with Vulkan' : ' on the CPU'
}

function cuda(machine: Machine): Advice[] {
  const cards = gpusOf(machine, 'nvidia')
  const card = cards.find((gpu) => hasCapability(gpu, ollama.cuda.capability) === true)
  if (!card) return []
  const facts = [gpuFact(card, machine, 'driver'), gpuFact(card, machine, 'capability')]
  const { oldCards, driver: newCards } = ollama.cuda
  const old = (capabilityNumber(card.capability.value) ?? 0) <= (capabilityNumber(oldCards.upTo) ?? 0)
  const floor = old ? oldCards.driver : newCards
  const driver = driverMajor(card)
  if (driver === null || driver < floor) {
    return [
      makeAdvice(
        'warn',
        {
          id: 'ollama-driver-too-old',
          about: 'engine.route',
          what: `Update the NVIDIA driver to ${floor} or newer first.`,
          why: `Ollama needs it for capability ${card.capability.value}; with ${card.driver.value ?? 'no driver'} it silently runs on the CPU.`,
          source: sources.ollamaGpu,
        },
        { facts },
      ),
    ]
  }
  return [
    makeAdvice(
      'note',
      {
        id: 'ollama-cuda',
        about: 'engine.route',
        what: `Ollama runs on ${card.name.value ?? 'this card'}.`,
        why: `It supports capability 5.0 and newer; this card has ${card.capability.value}.`,
        source: sources.ollamaGpu,
      },
      { facts },
    ),
  ]
}

function amdReasons(machine: Machine, amd: readonly Gpu[], rocm: readonly Gpu[]): Advice[] {
  const rest = amd.filter((gpu) => !rocm.includes(gpu))
  if (rest.length === 0) return []
  const old = rest.some((gpu) => gpu.arch.value === 'gfx906')
  return [
    makeAdvice(
      'warn',
      {
        id: 'ollama-without-rocm',
        about: 'engine.route',
        what: `${cardList(rest)} runs through Vulkan, not ROCm.`,
        why: `${rest.map((gpu) => gpu.arch.value ?? 'an unknown target').join(', ')} is not among the ROCm targets of today's Ollama${old ? '; a machine that runs gfx906 with ROCm has an older release, which would have to stay pinned' : ''}.`,
        source: { title: "Ollama's CMake presets of 0.33", reference: 'https://github.com/ollama/ollama' },
      },
      {
        facts: rest.map((gpu) => gpuFact(gpu, machine, 'arch')),
        instead: 'llama.cpp has ROCm builds for gfx906.',
      },
    ),
  ]
}

function keepInstalled(version: string): Advice {
  return makeAdvice(
    'warn',
    {
      id: 'ollama-keep-version',
      about: 'engine.version',
      what: `Keep Ollama ${version}.`,
      why: `It runs gfx906 with ROCm; from ${ollama.knownVersion} on Ollama has no ROCm code for it and takes Vulkan.`,
      source: { title: "Ollama's CMake presets of 0.33", reference: 'https://github.com/ollama/ollama' },
    },
    { facts: ['tools', 'gpus'], sure: 'likely', wouldChange: 'a card that current releases still build for' },
  )
}

function onlyCpu(): Advice {
  return makeAdvice('note', {
    id: 'ollama-cpu',
    about: 'engine.route',
    what: 'Ollama runs on the CPU here.',
    why: 'It has builds for every x86-64 level and needs no card; expect a few tokens a second for an 8B model.',
    source: sources.ollamaGpu,
  })
}
