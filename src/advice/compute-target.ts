import { floors, rocmFp8Targets } from '../knowledge/quantization.ts'
import type { Gpu, Machine } from '../machine/schema.ts'
import { usableCards } from './layout/cards.ts'
import { capabilityNumber, lowestCapability } from './machine-facts.ts'

/** What the engine computes on. */
export type ComputeTarget =
  | { readonly kind: 'cuda'; readonly capability: string }
  | { readonly kind: 'rocm'; readonly arch: string }
  | { readonly kind: 'xpu' }
  | { readonly kind: 'cpu' }

/** What cards of one maker compute with, the weakest of them; null where that is not known, or they are of no maker that vLLM serves. */
export function targetOfCards(cards: readonly Gpu[]): ComputeTarget | null {
  const vendor = cards[0]?.vendor.value
  if (vendor === 'nvidia') {
    const capability = lowestCapability(cards)
    return capability === null ? null : { kind: 'cuda', capability }
  }
  if (vendor === 'amd') return cards[0]?.arch.value ? { kind: 'rocm', arch: cards[0].arch.value } : null
  return vendor === 'intel' ? { kind: 'xpu' } : null
}

/** What the engine would compute on in this machine: its usable cards, else the CPU. Null where a card's kind is unknown. */
export function computeTarget(machine: Machine): ComputeTarget | null {
  const cards = usableCards(machine)
  const isServed = ['nvidia', 'amd', 'intel'].includes(cards[0]?.vendor.value ?? '')
  return isServed ? targetOfCards(cards) : { kind: 'cpu' }
}

/** True for a CUDA card of a lower capability than `floor`; an unknown capability counts as lower. */
export function isBelow(target: ComputeTarget | null, floor: string): boolean {
  if (target?.kind !== 'cuda') return false
  return (capabilityNumber(target.capability) ?? 0) < (capabilityNumber(floor) ?? 0)
}

/** Values of `--kv-cache-dtype` that work on a target; `fp8` halves the cache at a small loss. */
export function kvCacheDtypes(target: ComputeTarget | null): string[] {
  if (target?.kind === 'cuda') return isBelow(target, floors.fp8KvCache) ? ['auto'] : ['auto', 'fp8']
  if (target?.kind === 'rocm') return rocmFp8Targets.includes(target.arch) ? ['auto', 'fp8'] : ['auto']
  return ['auto']
}
