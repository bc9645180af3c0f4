import { allFields } from '#steps/all-fields.ts'
import { withKeptLock } from '#steps/kept-lock.ts'
import { Problem } from '../core/problem.ts'
import { type FieldPath, withFields } from '../recipe/fields.ts'
import { type LoadedRecipe, loadRecipe } from '../recipe/files.ts'
import { type Recipe, recipeSchema } from '../recipe/schema/recipe.ts'

/**
 * A recipe with answers of the command line in place of its own. Its lock stays as long as nothing changed that it was resolved for.
 *
 * @param answers fields of the recipe by their path, as the flags gave them.
 * @throws Problem (exit `input`) where the recipe cannot be read, (exit `usage`) where an answer does not go with the rest of it.
 */
export async function loadAnswered(
  given: string,
  answers: Readonly<Record<FieldPath, unknown>> = {},
): Promise<LoadedRecipe> {
  const loaded = await loadRecipe(given)
  if (Object.keys(answers).length === 0) return loaded
  const { lock: _, ...packages } = loaded.recipe.packages
  const answered = withAnswers({ ...loaded.recipe, packages }, answers)
  return { ...loaded, ...withKeptLock(answered, loaded) }
}

function withAnswers(recipe: Recipe, answers: Readonly<Record<FieldPath, unknown>>): Recipe {
  let result = recipe
  for (const { path, flag, sets } of allFields.filter((field) => Object.hasOwn(answers, field.path))) {
    const value = answers[path]
    // What was read of one model says nothing of another.
    const others = path === 'model.id' && value !== recipe.model.id ? ofThatModelOnly : {}
    const set = { ...others, ...(sets && value !== undefined ? sets(value) : { [path]: value }) }
    const next = recipeSchema.safeParse(withFields(result, set))
    if (!next.success) {
      throw new Problem({
        what: `--${flag} cannot be ${JSON.stringify(value)} in this recipe.`,
        why: next.error.issues[0]?.message,
        next: `rigup --recipe FILE asks for everything that follows from it`,
        exit: 'usage',
      })
    }
    result = next.data
  }
  return result
}

const ofThatModelOnly = { 'model.revision': undefined, 'model.file': undefined, 'model.checkpoint': undefined }
