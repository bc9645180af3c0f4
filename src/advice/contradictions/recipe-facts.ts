import type { ModelArchitecture } from '../../knowledge/models/architecture.ts'
import type { Gpu, Machine } from '../../machine/schema.ts'
import type { Recipe } from '../../recipe/schema/recipe.ts'
import { isCpuRoute, isVllmRoute, vendorOf } from '../../recipe/schema/route.ts'
import { lowestCapability } from '../machine-facts.ts'
import type { ComputeTarget } from '../quantization.ts'

/** What is known about the recipe's model beyond its name. */
export type ModelFacts = {
  readonly architecture?: ModelArchitecture | null | undefined
  /** Bytes to download. */
  readonly bytes?: number | null | undefined
  /** GPTQ with zero points: false. */
  readonly symmetric?: boolean | null | undefined
}

export function isVllm({ engine }: Recipe): boolean {
  return isVllmRoute(engine.route)
}

/** The cards that a recipe uses: those it names, else all of the route's maker. */
export function cardsOf(recipe: Recipe, machine: Machine): Gpu[] {
  const vendor = vendorOf(recipe.engine.route)
  if (vendor === null) return []
  const { gpus } = recipe.layout
  return machine.gpus.filter((gpu) => gpu.vendor.value === vendor && (gpus === undefined || gpus.includes(gpu.index)))
}

/** What a recipe computes on; null where it is unknown or the engine is not vLLM. */
export function targetOf(recipe: Recipe, machine: Machine): ComputeTarget | null {
  if (isCpuRoute(recipe.engine.route)) return { kind: 'cpu' }
  const cards = cardsOf(recipe, machine)
  const vendor = vendorOf(recipe.engine.route)
  if (vendor === 'nvidia') {
    const capability = lowestCapability(cards)
    return capability === null ? null : { kind: 'cuda', capability }
  }
  if (vendor === 'amd') return cards[0]?.arch.value ? { kind: 'rocm', arch: cards[0].arch.value } : null
  return vendor === 'intel' ? { kind: 'xpu' } : null
}
