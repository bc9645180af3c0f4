import type { Machine } from '../../machine/schema.ts'
import type { Recipe } from '../../recipe/schema/recipe.ts'
import type { Advice } from '../advice.ts'
import type { InstalledEngine } from '../installed-engine.ts'
import { engineContradictions } from './engine.ts'
import { hostContradictions } from './host.ts'
import { memoryContradictions } from './memory-fit.ts'
import { modelContradictions } from './model.ts'
import { nameContradictions } from './names.ts'
import type { ModelFacts } from './recipe-facts.ts'
import { trustContradictions } from './trust.ts'

/**
 * Where a recipe contradicts the machine, the version or itself: `refuse` cannot work, `warn` works otherwise than meant; each
 * with the way out (`instead`). Empty where nothing is wrong. What is unknown contradicts nothing.
 * @param installed what the engine says of itself, where the one that the recipe names is installed already
 */
export function contradictionsOf(
  recipe: Recipe,
  machine: Machine,
  model: ModelFacts = {},
  installed: InstalledEngine | null = null,
): Advice[] {
  const found = [
    ...engineContradictions(recipe, machine),
    ...nameContradictions(recipe, installed),
    ...modelContradictions(recipe, machine, model),
    ...memoryContradictions(recipe, machine, model.architecture),
    ...trustContradictions(recipe),
    ...hostContradictions(recipe, machine, model.bytes ?? null),
  ]
  return found.sort((a, b) => Number(b.kind === 'refuse') - Number(a.kind === 'refuse'))
}
