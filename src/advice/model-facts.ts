import { findModel } from '../knowledge/models/catalogue.ts'
import type { Recipe } from '../recipe/schema/recipe.ts'
import type { ModelFacts } from './contradictions.ts'

/** What the catalogue knows about a recipe's model; nothing for the proof model, local folders and models it does not know. */
export function modelFacts({ model }: Recipe): ModelFacts {
  const known = model.source === 'hub' ? findModel(model.id) : null
  return known ? { architecture: known.architecture, bytes: known.bytes } : {}
}
