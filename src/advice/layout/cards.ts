import { MiB } from '../../core/bytes.ts'
import type { Gpu, Machine } from '../../machine/schema.ts'

/** Memory that a card with nobody on it shows as used: the driver's, and a desktop's where a display hangs on it. */
const idleBytes = { plain: 700 * MiB, display: 2500 * MiB }

/** True where somebody else works on the card: memory in use, or a load, beyond what an idle card shows. */
export function isBusy(gpu: Gpu): boolean {
  const used = gpu.memoryUsedBytes.value ?? usedFrom(gpu)
  const idle = gpu.displayAttached?.value === true ? idleBytes.display : idleBytes.plain
  return (used ?? 0) > idle || (gpu.utilizationPercent.value ?? 0) > 20
}

function usedFrom(gpu: Gpu): number | null {
  const [total, free] = [gpu.memoryTotalBytes.value, gpu.memoryFreeBytes.value]
  return total === null || free === null ? null : total - free
}

/** Bytes free on a card: as told, else total less used; null where neither is known. */
export function freeBytes(gpu: Gpu): number | null {
  if (gpu.memoryFreeBytes.value !== null) return gpu.memoryFreeBytes.value
  const [total, used] = [gpu.memoryTotalBytes.value, gpu.memoryUsedBytes.value]
  return total === null ? null : total - (used ?? 0)
}

/**
 * What a card can hold and has free, in bytes. A GPU that shares the memory of its CPU often tells neither: there it is the machine's
 * memory, of which what is available counts as free (vLLM asks psutil there). Null where nobody knows.
 */
export function memoryOf(gpu: Gpu, { memory }: Machine): { totalBytes: number; freeBytes: number } | null {
  const own = gpu.memoryTotalBytes.value
  if (own !== null && own > 0) return { totalBytes: own, freeBytes: freeBytes(gpu) ?? own }
  const total = memory.totalBytes.value
  if (gpu.unifiedMemory.value !== true || total === null) return null
  return { totalBytes: total, freeBytes: memory.availableBytes.value ?? total }
}

/**
 * The cards that can work together, the idlest first: of one maker, nothing wrong with them; then by load and free memory, then
 * in PCI order.
 */
export function cardsByIdleness(machine: Machine): Gpu[] {
  const sound = machine.gpus.filter((gpu) => gpu.problem.value === null && gpu.vendor.value !== null)
  const vendor = mainVendor(sound)
  return sound
    .filter((gpu) => gpu.vendor.value === vendor)
    .sort((a, b) => Number(isBusy(a)) - Number(isBusy(b)) || roundedFree(b) - roundedFree(a) || a.index - b.index)
}

/** The idle ones of those, in PCI order; all of them where none is idle. */
export function usableCards(machine: Machine): Gpu[] {
  const cards = cardsByIdleness(machine)
  const idle = cards.filter((gpu) => !isBusy(gpu))
  return (idle.length > 0 ? idle : cards.slice(0, 1)).toSorted((a, b) => a.index - b.index)
}

/** Free memory in quarters of a GiB: smaller differences are noise. */
function roundedFree(gpu: Gpu): number {
  return Math.round((freeBytes(gpu) ?? 0) / (256 * MiB))
}

function mainVendor(gpus: readonly Gpu[]): string | null {
  const memory = new Map<string, number>()
  for (const gpu of gpus) {
    const vendor = gpu.vendor.value ?? 'other'
    // Graphics inside a CPU are no partner of cards.
    const bytes = gpu.unifiedMemory.value === true ? 1 : (gpu.memoryTotalBytes.value ?? 1)
    memory.set(vendor, (memory.get(vendor) ?? 0) + bytes)
  }
  return [...memory].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null
}
