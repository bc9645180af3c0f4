import { withKnownCard } from './known-cards.ts'
import { mergeFacts } from './merge-facts.ts'
import type { GpuReading, LinkReading, Vendor } from './reading.ts'
import { settleSilentCards } from './silent-cards.ts'

type MergedGpu = { readonly index: number; readonly vendor: Vendor; readonly facts: GpuReading['facts'] }
type MergedLink = { readonly a: number; readonly b: number; readonly kind: LinkReading['kind'] }

/** More than any machine holds: an output that lists more is not believed to its end. */
const mostCards = 256

const vendorOrder: readonly Vendor[] = ['nvidia', 'amd', 'intel', 'apple', 'other']

type Slot = { -readonly [K in keyof GpuReading]: GpuReading[K] }

/**
 * The cards of a machine from what each source lists, the better source first. A card is known again by its PCI address, its
 * UUID or its vendor's number; by its position only where a source lists as many cards as are known.
 */
export function mergeGpus(
  sources: readonly (readonly GpuReading[])[],
  links: readonly LinkReading[],
  { inContainer = false }: { readonly inContainer?: boolean } = {},
): { gpus: MergedGpu[]; links: MergedLink[] } {
  const slots: Slot[] = []
  for (const listed of sources) {
    const source = listed.slice(0, mostCards)
    const before = [...slots]
    for (const [position, reading] of source.entries()) {
      const mine = before.filter((slot) => slot.vendor === reading.vendor)
      const all = slots.filter((slot) => slot.vendor === reading.vendor)
      const rank = source.slice(0, position).filter((other) => other.vendor === reading.vendor).length
      const total = source.filter((other) => other.vendor === reading.vendor).length
      const slot = sameCard(all, mine, reading) ?? besideCard(mine, reading, mine.length === total ? rank : null)
      if (slot) {
        Object.assign(slot, {
          ...reading,
          ...slot,
          facts: mergeFacts(withoutCutName(slot.facts, reading), reading.facts),
        })
      } else {
        slots.push({ ...reading })
      }
    }
  }
  const ordered = settleSilentCards(slots, inContainer).toSorted(compareSlots)
  const taken = new Set<number>()
  const gpus = ordered.map((slot) => {
    let index = slot.toolIndex ?? 0
    while (taken.has(index)) index += 1
    taken.add(index)
    return { slot, gpu: { index, vendor: slot.vendor, facts: withKnownCard(slot) } }
  })
  const indexOf = (vendor: Vendor, toolIndex: number) =>
    gpus.find(({ slot }) => slot.vendor === vendor && slot.toolIndex === toolIndex)?.gpu.index ?? toolIndex
  const pairs = new Map<string, MergedLink>()
  for (const link of links) {
    const a = indexOf(link.vendor, link.a)
    const b = indexOf(link.vendor, link.b)
    if (!pairs.has(`${a} ${b}`)) pairs.set(`${a} ${b}`, { a, b, kind: link.kind })
  }
  const listed = gpus.map(({ gpu }) => gpu).toSorted(compareListed)
  return { gpus: listed, links: [...pairs.values()] }
}

/**
 * The same PCI address; or the same UUID, unless addresses or one source's own numbers say that they are two (UUIDs may be masked). A
 * source may list a card twice.
 */
function sameCard(all: readonly Slot[], earlier: readonly Slot[], reading: GpuReading): Slot | undefined {
  const address = reading.facts.pciAddress?.value
  const uuid = reading.facts.uuid?.value
  const at = all.find((slot) => address && slot.facts.pciAddress?.value === address)
  // Partitions of an AMD card have its UUID, and functions of its address.
  const isElsewhere = (slot: Slot) =>
    address && slot.facts.pciAddress?.value && withoutFunction(address) !== withoutFunction(slot.facts.pciAddress.value)
  const isOther = (slot: Slot) =>
    isElsewhere(slot) || (!address && !earlier.includes(slot) && slot.toolIndex !== reading.toolIndex)
  return at ?? all.find((slot) => uuid && slot.facts.uuid?.value === uuid && !isOther(slot))
}

function withoutFunction(address: string): string {
  return address.slice(0, address.lastIndexOf('.'))
}

/** The facts without a name that nvidia-smi cut off (`NVIDIA RTX 6000 Ada Gene...`), where the other source has it whole. */
function withoutCutName(facts: GpuReading['facts'], { facts: other }: GpuReading): GpuReading['facts'] {
  const plain = (name: string) => name.replace(/^NVIDIA /, '')
  const start = facts.name?.value?.endsWith('...') ? plain(facts.name.value.slice(0, -3)).trimEnd() : null
  const isWhole = start !== null && start !== '' && plain(other.name?.value ?? '').startsWith(start)
  if (!isWhole) return facts
  const { name: _, ...others } = facts
  return others
}

/** The same number or position, unless addresses or UUIDs say that they are two. */
function besideCard(earlier: readonly Slot[], reading: GpuReading, position: number | null): Slot | undefined {
  const { pciAddress, uuid } = reading.facts
  const free = (slot: Slot | undefined) =>
    slot && !(pciAddress?.value && slot.facts.pciAddress?.value) && !(uuid?.value && slot.facts.uuid?.value)
  const numbered = earlier.find((slot) => reading.toolIndex !== undefined && slot.toolIndex === reading.toolIndex)
  if (free(numbered)) return numbered
  const beside = position === null ? undefined : earlier[position]
  return free(beside) && (beside?.toolIndex === undefined || reading.toolIndex === undefined) ? beside : undefined
}

function compareListed(a: MergedGpu, b: MergedGpu): number {
  return vendorOrder.indexOf(a.vendor) - vendorOrder.indexOf(b.vendor) || a.index - b.index
}

// The vendor's own order first; cards that only the bus knows after them, by address.
function compareSlots(a: Slot, b: Slot): number {
  const vendor = vendorOrder.indexOf(a.vendor) - vendorOrder.indexOf(b.vendor)
  if (vendor !== 0) return vendor
  const tool = (a.toolIndex ?? Number.MAX_SAFE_INTEGER) - (b.toolIndex ?? Number.MAX_SAFE_INTEGER)
  if (tool !== 0) return tool
  return (a.facts.pciAddress?.value ?? '').localeCompare(b.facts.pciAddress?.value ?? '')
}
