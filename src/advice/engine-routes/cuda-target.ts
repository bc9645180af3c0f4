import { aarch64Capabilities, driverFloors } from '../../knowledge/vllm/builds.ts'
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
import { capabilityNumber, gpuFact, gpusOf } from '../machine-facts.ts'
import {
  buildForCuda12,
  buildForCuda13,
  driverTooOld,
  jetsonModule,
  lastOnPypi,
  leftOut,
  needsCuda13,
  noCard,
  noDriver,
  noKernels,
  oldBuild,
  pinned,
  tooOldToKnow,
  unknownCapability,
} from './cuda-reasons.ts'
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
    return { ...target, build: 'cu130', why: [...target.why, buildForCuda13(card, facts)] }
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
  return { ...target, build: 'cu129', onPypi: false, why: [...target.why, buildForCuda12(card, driver, facts)] }
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

/** Jetson modules up to Orin: their driver and libraries are not those of ARM servers. Thor has the servers' CUDA 13. */
function isJetson(card: Gpu): boolean {
  return /\b(Orin|Xavier|Tegra|Nano)\b|Jetson/i.test(card.name.value ?? '') && !/\bThor\b/i.test(card.name.value ?? '')
}
