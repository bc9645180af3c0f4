import { llamaCpp } from '../../knowledge/llama-cpp.ts'
import { ollama } from '../../knowledge/ollama.ts'
import { ollamaRelease } from '../../knowledge/ollama-release.ts'
import { isBefore } from '../../knowledge/vllm/version.ts'
import { toolOf } from '../../machine/find.ts'
import type { Gpu, Machine } from '../../machine/schema.ts'
import type { Advice } from '../advice.ts'
import { capabilityNumber, cardList, gpuFact, gpusOf, hasCapability, isImmutable } from '../machine-facts.ts'
import { makeAdvice } from '../make-advice.ts'
import { sources } from '../sources.ts'
import { driverMajor } from './cuda-target.ts'
import { glibcNeeds } from './host-needs.ts'
import { type RouteAdvice, routeAdvice } from './route-advice.ts'

/** Ollama: runs on nearly every card, through CUDA, ROCm or Vulkan, and on any x86-64 CPU. */
export function ollamaRoute(machine: Machine): RouteAdvice {
  const amd = gpusOf(machine, 'amd')
  const tool = toolOf(machine, 'ollama')
  const installed = tool !== null
  const keeps = installed && isBefore(tool.version.value ?? ollama.knownVersion, ollama.knownVersion)
  // The ROCm part is an archive of its own, which an installed Ollama may have and rigup's copy has not.
  const rocm = installed ? amd.filter((gpu) => onRocm(gpu) || (keeps && gpu.arch.value === 'gfx906')) : []
  const why = [
    ...(installed ? [] : copyNeeds(machine)),
    ...cuda(machine),
    ...(keeps && amd.some((gpu) => gpu.arch.value === 'gfx906') ? [keepInstalled(tool.version.value ?? '')] : []),
    ...amdReasons(machine, amd, rocm, installed),
  ]
  const module = machine.os.id.value === 'nixos'
  return routeAdvice(
    {
      route: 'ollama',
      title: `Ollama${backend(machine, rocm)}`,
      publisher: 'the Ollama project, on GitHub',
      why: why.length > 0 ? why : [onlyCpu(machine)],
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
      downloadBytes: installed ? 0 : ollamaRelease.downloadBytes,
      diskBytes: installed || isImmutable(machine) ? null : ollamaRelease.diskBytes,
    },
  )
}

/** What rigup's own copy needs: its archive is pinned with a checksum for one processor, and linked to a glibc. */
function copyNeeds(machine: Machine): Advice[] {
  const architecture = machine.cpu.architecture.value
  const found = machine.os.id.value === 'nixos' ? [] : glibcNeeds(machine, ollama.glibc, 'Ollama', sources.ollamaGlibc)
  if (architecture === null || architecture === ollamaRelease.architecture) return found
  const built = ['x86_64', 'aarch64'].includes(architecture)
  return [
    makeAdvice(
      'refuse',
      {
        id: built ? 'ollama-not-pinned-here' : 'architecture-not-built',
        about: 'engine.route',
        what: built
          ? `rigup has no checksum for Ollama on ${architecture}.`
          : `Ollama is built for x86_64 and aarch64 only.`,
        why: built ? 'It installs nothing from the network that it cannot verify.' : `This machine is ${architecture}.`,
        source: sources.ollamaGpu,
      },
      {
        facts: ['cpu.architecture'],
        instead: built
          ? 'Install Ollama from https://ollama.com/download, then run rigup again: it uses the one that it finds.'
          : 'An engine that is built from source on this machine.',
      },
    ),
    ...found,
  ]
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
  if (!card) return cards[0] ? [cardUnused(machine, cards[0])] : []
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

function cardUnused(machine: Machine, card: Gpu): Advice {
  const { value } = card.capability
  return makeAdvice(
    'warn',
    {
      id: 'ollama-card-too-old',
      about: 'engine.route',
      what: 'Ollama would run on the CPU here.',
      why:
        value === null
          ? `The capability of ${card.name.value ?? 'the card'} is not known, because its driver does not answer.`
          : `It supports capability ${ollama.cuda.capability} and newer; ${card.name.value ?? 'this card'} has ${value}.`,
      source: sources.ollamaGpu,
    },
    { facts: [gpuFact(card, machine, 'capability')], wouldChange: 'a newer card, or a driver that answers' },
  )
}

function amdReasons(machine: Machine, amd: readonly Gpu[], rocm: readonly Gpu[], installed: boolean): Advice[] {
  const rest = amd.filter((gpu) => !rocm.includes(gpu))
  if (rest.length === 0) return []
  const old = rest.some((gpu) => gpu.arch.value === 'gfx906')
  const targets: readonly string[] = llamaCpp.rocm.targets
  const inLlama = rest.filter((gpu) => targets.includes(gpu.arch.value ?? '')).map((gpu) => gpu.arch.value ?? '')
  const names = rest.map((gpu) => gpu.arch.value ?? 'this card').join(', ')
  const missing = rest.every(onRocm)
    ? `Ollama's ROCm part is an archive of its own, which rigup does not fetch.`
    : `Today's Ollama has no ROCm code for ${names}${old ? '; a machine that runs gfx906 with ROCm has an older release, which would have to stay pinned' : ''}.`
  return [
    makeAdvice(
      'warn',
      {
        id: 'ollama-without-rocm',
        about: 'engine.route',
        what: `${cardList(rest)} runs through Vulkan, not ROCm.`,
        why: missing,
        source: { title: "Ollama's CMake presets of 0.33", reference: 'https://github.com/ollama/ollama' },
      },
      {
        facts: rest.map((gpu) => gpuFact(gpu, machine, 'arch')),
        instead:
          !installed && rest.every(onRocm)
            ? 'Install Ollama with its ROCm part by hand; rigup uses the one that it finds.'
            : inLlama.length > 0
              ? `llama.cpp has ROCm builds for ${[...new Set(inLlama)].join(', ')}.`
              : 'Vulkan is what there is for this card.',
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

function onlyCpu(machine: Machine): Advice {
  const graphics = gpusOf(machine, 'intel').length > 0
  return makeAdvice(
    'note',
    {
      id: 'ollama-cpu',
      about: 'engine.route',
      what: graphics
        ? 'Ollama uses Intel graphics through Vulkan, where a driver for it is there.'
        : 'Ollama runs on the CPU here.',
      why: 'It has builds for every x86-64 level and needs no card; expect a few tokens a second for an 8B model on a CPU.',
      source: sources.ollamaGpu,
    },
    { facts: ['gpus', 'cpu.flags'], sure: 'likely' },
  )
}
