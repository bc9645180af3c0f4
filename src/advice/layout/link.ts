import type { Gpu, Machine } from '../../machine/schema.ts'

/** How the cards of a layout reach each other; the slowest pair decides. */
export type Link = {
  readonly kind: 'nvlink' | 'pcie' | 'riser' | 'unknown'
  /** Bytes a second and direction that a collective gets. */
  readonly bytesPerSecond: number
  /** Seconds that one hop costs beside its bytes. */
  readonly hopSeconds: number
  /** `PCIe 3.0 x1`, `NVLink`. */
  readonly name: string
  /** False where something had to be assumed. */
  readonly measured: boolean
}

/** Bytes a second of one PCIe lane and direction, after line coding (PCI-SIG, 1.x to 6.0). */
const laneBytesPerSecond = [0, 0.25e9, 0.5e9, 0.985e9, 1.969e9, 3.938e9, 7.563e9] as const
/** NCCL reaches about four fifths of a PCIe link's payload; the rest is packet headers and turnaround. */
const efficiency = 0.8
/** NVLink as the slowest of its generations that vLLM still runs on (A100 bridges: 56 GB/s a direction and pair). */
const nvlink = { bytesPerSecond: 56e9, hopSeconds: 2e-6 }
/** Without peer access every hop goes through host memory. */
const pcieHopSeconds = 8e-6
const riserHopSeconds = 12e-6

/** The link that decides over a layout on these cards. */
export function slowestLink(machine: Machine, cards: readonly Gpu[]): Link {
  if (allOverNvlink(machine, cards)) return { kind: 'nvlink', ...nvlink, name: 'NVLink', measured: true }
  const slowest = cards.map(pcieLink).sort((a, b) => a.bytesPerSecond - b.bytesPerSecond)[0]
  return slowest ?? pcieLink(null)
}

/** True where every pair of the cards is connected by NVLink (or xGMI). */
function allOverNvlink(machine: Machine, cards: readonly Gpu[]): boolean {
  const pairs = cards.flatMap((a, index) => cards.slice(index + 1).map((b) => [a.index, b.index] as const))
  return (
    pairs.length > 0 &&
    pairs.every(([a, b]) =>
      machine.links.some(
        (link) =>
          ((link.a === a && link.b === b) || (link.a === b && link.b === a)) &&
          ['nvlink', 'xgmi'].includes(link.kind.value ?? ''),
      ),
    )
  )
}

/**
 * A card's own link. An idle card slows its lanes down to save power, so the generation is what the slot can do at most; the
 * width does not change and is what gives a riser away.
 */
function pcieLink(gpu: Gpu | null): Link {
  const width = gpu?.linkWidth.value ?? null
  const generation = gpu?.linkGenerationMax.value ?? gpu?.linkGeneration.value ?? null
  const lane = laneBytesPerSecond[generation ?? 3] ?? laneBytesPerSecond[6]
  const riser = isOnRiser(gpu)
  return {
    kind: width === null ? 'unknown' : riser ? 'riser' : 'pcie',
    bytesPerSecond: lane * (width ?? 16) * efficiency,
    hopSeconds: riser ? riserHopSeconds : pcieHopSeconds,
    name: `PCIe ${generation ?? 3}.0 x${width ?? 16}`,
    measured: width !== null && generation !== null,
  }
}

/** True for a card that has a small part of its lanes: one of sixteen on a mining riser. */
export function isOnRiser(gpu: Gpu | null): boolean {
  const width = gpu?.linkWidth.value ?? null
  const most = gpu?.linkWidthMax.value ?? 16
  return width !== null && width > 0 && width <= 2 && most >= 8
}
