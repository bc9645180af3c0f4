import { fieldOf } from '#src/recipe/fields.ts'
import type { LoadedRecipe } from '#src/recipe/files.ts'
import type { Recipe } from '#src/recipe/schema/recipe.ts'

/** What a lock was resolved for: with another answer to one of these, other packages belong in. */
const decisive = [
  'engine.route',
  'engine.version',
  'engine.package',
  'engine.python',
  'engine.torchBackend',
  'packages.leaveOut',
]

/** The recipe with the lock of the one that was taken up again, as long as nothing changed that it was resolved for. Pure. */
export function withKeptLock(
  recipe: Recipe,
  given: Pick<LoadedRecipe, 'recipe' | 'lock'> | null,
): { recipe: Recipe; lock: string | null } {
  const named = given?.recipe.packages.lock
  if (!given || !named || given.lock === null) return { recipe, lock: null }
  const isSame = decisive.every(
    (path) => JSON.stringify(fieldOf(recipe, path)) === JSON.stringify(fieldOf(given.recipe, path)),
  )
  if (!isSame) return { recipe, lock: null }
  return { recipe: { ...recipe, packages: { ...recipe.packages, lock: named } }, lock: given.lock }
}
