import type { ModelArchitecture } from '../../knowledge/models/architecture.ts'
import type { Gpu, Machine } from '../../machine/schema.ts'
import type { Recipe } from '../../recipe/schema/recipe.ts'
import { isCpuRoute, isVllmRoute, vendorOf } from '../../recipe/schema/route.ts'
import { type ComputeTarget, targetOfCards } from '../compute-target.ts'

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
  return vendorOf(recipe.engine.route) === 'intel' ? { kind: 'xpu' } : targetOfCards(cardsOf(recipe, machine))
}
