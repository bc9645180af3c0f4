import { aarch64Capabilities, driverFloors, driverOfCuda129 } from '../../knowledge/vllm/builds.ts'
import {
  knownReleases,
  lastReleaseFor,
  newestRelease,
  type Release,
  releaseFor,
  runsOn,
} from '../../knowledge/vllm/releases.ts'
import type { Gpu, Machine } from '../../machine/schema.ts'
import type { Advice } from '../advice.ts'
import { capabilityNumber, cardList, gpuFact, gpusOf } from '../machine-facts.ts'
import { makeAdvice } from '../make-advice.ts'
import { sources } from '../sources.ts'
import type { RouteWish } from './route-advice.ts'

/** Which vLLM release and CUDA build run on the NVIDIA cards of a machine; common to wheel and image. */
export type CudaTarget = {
  /** Absent where nothing runs. */
  release: Release | null
  /** `newest`, or exact where an older release is needed or was wished for. */
  version: string
  /** What uv and the image tags call the CUDA build: cu130, cu129. */
  build: string
  /** True where that build is the one on PyPI. */
  onPypi: boolean
  /** Cards that the build has machine code for. */
  cards: Gpu[]
  why: Advice[]
}

/** Judges the cards and the driver. The reasons hold a refusal where nothing can run. */
export function cudaTarget(machine: Machine, wish: RouteWish): CudaTarget {
  const cards = gpusOf(machine, 'nvidia')
  const nothing = { release: null, version: 'newest', build: 'cu130', onPypi: true, cards: [] }
  if (cards.length === 0) return { ...nothing, why: [noCard(machine)] }
  const jetson = cards.find(isJetson)
  if (jetson && cards.every(isJetson)) return { ...nothing, why: [jetsonModule(machine, jetson)] }
  const asked = wish.version === undefined ? newestRelease() : (releaseFor(wish.version)?.release ?? null)
  if (asked === null) return { ...nothing, why: [tooOldToKnow(wish.version ?? '')] }

  const arm = machine.cpu.architecture.value === 'aarch64'
  const runs = (card: Gpu, release: Release) => card.capability.value !== null && covers(release, card, arm)
  const fit = cards.filter((card) => runs(card, asked))
  if (fit.length > 0) {
    const left = cards.filter((card) => !fit.includes(card))
    const why = left.length > 0 ? [leftOut(machine, asked, left)] : []
    const target = { ...nothing, release: asked, version: wish.version ?? 'newest', cards: fit, why }
    return withDriver(machine, target, wish.version === undefined)
  }
  const strongest = cards.toSorted((a, b) => capability(b) - capability(a))[0]
  if (strongest === undefined || strongest.capability.value === null)
    return { ...nothing, why: [unknownCapability(machine)] }
  const older = wish.version === undefined && !arm ? lastReleaseFor(strongest.capability.value) : null
  if (older === null) return { ...nothing, why: [noKernels(machine, strongest, asked, arm)] }
  const why = [pinned(machine, strongest, older)]
  return withDriver(machine, {
    ...nothing,
    release: older,
    version: older.version,
    cards: cards.filter((card) => runs(card, older)),
    why,
  })
}

function capability(gpu: Gpu): number {
  return capabilityNumber(gpu.capability.value) ?? 0
}

function covers(release: Release, card: Gpu, arm: boolean): boolean {
  const built = arm ? { ...release, capabilities: aarch64Capabilities.cu130 } : release
  return runsOn(built, card.capability.value ?? '')
}

/** Chooses the CUDA build by the driver, once release and cards are known. */
function withDriver(machine: Machine, target: CudaTarget, wantsNewest = false): CudaTarget {
  const card = target.cards[0]
  const { release } = target
  if (card === undefined || release === null) return target
  const driver = driverMajor(card)
  const own = release.cuda ?? 13
  if (driver === null) return { ...target, why: [...target.why, noDriver(machine, card)] }
  const facts = [gpuFact(card, machine, 'driver'), gpuFact(card, machine, 'capability')]
  if (driver >= driverFloors[13] && own === 13) {
    const why = makeAdvice(
      'recommend',
      {
        id: 'cuda-build-13',
        about: 'engine.torchBackend',
        what: 'The build for CUDA 13, as it is on PyPI.',
        why: `Driver ${card.driver.value} is R580 or newer, which CUDA 13 needs.`,
        source: sources.vllmGpu,
      },
      { facts },
    )
    return { ...target, build: 'cu130', why: [...target.why, why] }
  }
  if (driver < driverFloors[12]) return { ...target, why: [...target.why, driverTooOld(card, facts)] }
  if (own < 13) return { ...target, build: torchBuildOf(release), why: [...target.why, oldBuild(release, facts)] }
  const family = target.cards.find((one) => !runsOn(release, one.capability.value ?? '', 12))
  if (family) return { ...target, why: [...target.why, needsCuda13(family, facts)] }
  if (wantsNewest && machine.packaging.index.value !== null) {
    // Behind an index of their own people have PyPI at most, and not vLLM's.
    const older = knownReleases().findLast(({ cuda }) => cuda === 12)
    const cards = older ? target.cards.filter((one) => runsOn(older, one.capability.value ?? '')) : []
    if (older && cards.length > 0) {
      const why = [...target.why, lastOnPypi(machine, card, older, facts)]
      return { ...target, release: older, version: older.version, build: torchBuildOf(older), cards, why }
    }
  }
  const why = makeAdvice(
    'warn',
    {
      id: 'cuda-build-12',
      about: 'engine.torchBackend',
      what: "The build for CUDA 12.9, from vLLM's own index.",
      why: `Driver ${card.driver.value} is older than R580, so the CUDA 13 build on PyPI would stop with \`libcudart.so.13: cannot open shared object file\`.`,
      source: sources.vllmGpu,
    },
    {
      facts,
      sure: driver >= driverOfCuda129 ? 'certain' : 'likely',
      instead: 'A driver of R580 or newer takes the build from PyPI.',
      wouldChange: 'a driver of R580 or newer',
    },
  )
  return { ...target, build: 'cu129', onPypi: false, why: [...target.why, why] }
}

/** The major number of an NVIDIA driver version: 570 of `570.86.10`. */
export function driverMajor(gpu: Gpu): number | null {
  const match = /^(\d+)\./.exec(gpu.driver.value ?? '')
  return match ? Number(match[1]) : null
}

/** The CUDA build of the torch that an older release asks for, as PyPI has it. */
function torchBuildOf(release: Release): string {
  const minor = Number(/2\.(\d+)/.exec(release.requirements.torch ?? '')?.[1] ?? 10)
  if (minor >= 7) return 'cu128'
  return minor === 6 ? 'cu124' : 'cu121'
}

function noCard(machine: Machine): Advice {
  const broken = machine.problems.find(({ text }) => /nvidia/i.test(text))
  return makeAdvice(
    'refuse',
    {
      id: 'no-nvidia-card',
      about: 'engine.route',
      what: 'Not for this machine.',
      why: broken ? `No NVIDIA card answers: ${broken.text}` : 'There is no NVIDIA card in this machine.',
      source: sources.vllmGpu,
    },
    { facts: ['gpus'] },
  )
}

function unknownCapability(machine: Machine): Advice {
  return makeAdvice(
    'refuse',
    {
      id: 'capability-unknown',
      about: 'engine.route',
      what: 'The compute capability of the cards is not known.',
      why: 'The driver does not answer, so nobody can say which kernels these cards run.',
      source: sources.vllmGpu,
    },
    {
      facts: gpusOf(machine, 'nvidia').map((gpu) => gpuFact(gpu, machine, 'capability')),
      instead: 'Install the NVIDIA driver (R580 or newer), or say the capability by hand.',
    },
  )
}

function noDriver(machine: Machine, card: Gpu): Advice {
  return makeAdvice(
    'refuse',
    {
      id: 'nvidia-driver-missing',
      about: 'engine.route',
      what: 'The NVIDIA driver has to be installed first.',
      why: card.problem.value ?? 'No driver version could be read, and CUDA programs need one.',
      source: sources.cudaCompatibility,
    },
    {
      facts: [gpuFact(card, machine, 'driver')],
      instead: 'Install the driver R580 or newer, then read the machine again.',
    },
  )
}

function driverTooOld(card: Gpu, facts: string[]): Advice {
  return makeAdvice(
    'refuse',
    {
      id: 'nvidia-driver-too-old',
      about: 'engine.route',
      what: `Driver ${card.driver.value} is too old for every build of vLLM.`,
      why: 'CUDA 12 needs R525 or newer and CUDA 13 needs R580 or newer.',
      source: sources.cudaCompatibility,
    },
    { facts, instead: 'Update the driver to R580 or newer.' },
  )
}

function needsCuda13(card: Gpu, facts: string[]): Advice {
  return makeAdvice(
    'refuse',
    {
      id: 'card-needs-cuda-13',
      about: 'engine.route',
      what: `${card.name.value ?? 'This card'} needs the CUDA 13 build, and that needs driver R580 or newer.`,
      why: `Only the CUDA 13 builds have kernels for capability ${card.capability.value}; driver ${card.driver.value} runs CUDA 12 at most.`,
      source: sources.wheels,
    },
    { facts, instead: 'Update the driver to R580 or newer.' },
  )
}

function oldBuild(release: Release, facts: string[]): Advice {
  return makeAdvice(
    'note',
    {
      id: 'cuda-build-of-release',
      about: 'engine.torchBackend',
      what: `vLLM ${release.version} comes with CUDA ${release.cuda}.`,
      why: 'That release was built before CUDA 13 and runs on this driver as it is.',
      source: sources.wheels,
    },
    { facts },
  )
}

function lastOnPypi(machine: Machine, card: Gpu, older: Release, facts: string[]): Advice {
  return makeAdvice(
    'warn',
    {
      id: 'last-release-for-driver',
      about: 'engine.version',
      what: `vLLM ${older.version}, the last on PyPI for CUDA 12.`,
      why: `Driver ${card.driver.value} is older than R580, which newer wheels on PyPI need, and packages come from ${machine.packaging.index.value} here.`,
      source: sources.wheels,
    },
    {
      facts: [...facts, 'packaging.index'],
      instead: "A driver of R580 or newer, or vLLM's own index with the cu129 build.",
    },
  )
}

function noKernels(machine: Machine, card: Gpu, asked: Release, arm: boolean): Advice {
  const name = card.name.value ?? 'The card'
  const capability = card.capability.value ?? ''
  const others = arm ? [] : knownReleases().filter((release) => runsOn(release, capability))
  const built: readonly string[] = arm ? aarch64Capabilities.cu130 : asked.capabilities
  const [first, last] = [others[0]?.version, others.at(-1)?.version]
  return makeAdvice(
    'refuse',
    {
      id: 'card-without-kernels',
      about: 'engine.route',
      what: `${name} (capability ${capability}) cannot run vLLM${others.length > 0 ? ` ${asked.version}` : ''}.`,
      why: `Its wheel ${arm ? 'for ARM ' : ''}has machine code for ${built.join(', ')} and nothing to fall back to; it would stop with \`no kernel image is available\`.`,
      source: arm ? sources.vllmGpu : sources.wheels,
    },
    {
      facts: [gpuFact(card, machine, 'capability'), ...(arm ? ['cpu.architecture'] : [])],
      instead:
        others.length > 0
          ? `vLLM ${first === last ? first : `${first} to ${last}`} has machine code for it.`
          : 'Ollama or llama.cpp, with a GGUF of the same model.',
    },
  )
}

/** Jetson modules up to Orin: their driver and libraries are not those of ARM servers. Thor has the servers' CUDA 13. */
function isJetson(card: Gpu): boolean {
  return /\b(Orin|Xavier|Tegra|Nano)\b|Jetson/i.test(card.name.value ?? '') && !/\bThor\b/i.test(card.name.value ?? '')
}

function jetsonModule(machine: Machine, card: Gpu): Advice {
  return makeAdvice(
    'refuse',
    {
      id: 'jetson-needs-its-own-builds',
      about: 'engine.route',
      what: `${card.name.value ?? 'A Jetson module'} needs builds of its own.`,
      why: 'The wheels and images for ARM are made for servers; a Jetson has the CUDA libraries of its JetPack, and those builds fail at their first kernel.',
      source: {
        title: 'bitsandbytes: ARM wheels are for servers, not for JetPack',
        reference: 'https://github.com/bitsandbytes-foundation/bitsandbytes/pull/1941',
      },
    },
    {
      facts: [gpuFact(card, machine, 'name'), 'cpu.architecture'],
      sure: 'likely',
      instead:
        'A vLLM image of the jetson-containers project for this JetPack, or Ollama, which has a build for JetPack.',
    },
  )
}

function pinned(machine: Machine, card: Gpu, older: Release): Advice {
  return makeAdvice(
    'warn',
    {
      id: 'last-release-for-card',
      about: 'engine.version',
      what: `vLLM ${older.version}, the last release with kernels for capability ${card.capability.value}.`,
      why: `Newer releases were built from capability ${newestRelease().capabilities[0]} on; this one gets no more fixes and does not know newer models.`,
      source: sources.wheels,
    },
    {
      facts: [gpuFact(card, machine, 'capability')],
      sure: 'likely',
      instead: 'Ollama or llama.cpp stay current on this card.',
    },
  )
}

function leftOut(machine: Machine, release: Release, left: Gpu[]): Advice {
  return makeAdvice(
    'warn',
    {
      id: 'cards-left-out',
      about: 'layout.gpus',
      what: `Leave out ${cardList(left)}.`,
      why: `vLLM ${release.version} has no kernels for ${left.map((gpu) => `${gpu.name.value ?? 'a card'} (capability ${gpu.capability.value ?? 'unknown'})`).join(', ')}.`,
      source: sources.wheels,
    },
    { facts: left.map((gpu) => gpuFact(gpu, machine, 'capability')) },
  )
}

function tooOldToKnow(version: string): Advice {
  return makeAdvice(
    'refuse',
    {
      id: 'version-too-old',
      about: 'engine.version',
      what: `vLLM ${version} is older than anything rigup knows.`,
      why: 'The table of releases begins with 0.6.',
      source: sources.wheels,
    },
    { instead: 'Choose 0.6.6.post1 or newer.' },
  )
}
