import { isSecretName } from '#src/core/redact.ts'
import { withFields } from '#src/recipe/fields.ts'
import { recipeSchema } from '#src/recipe/schema/recipe.ts'
import { emptyRecipe } from './answers.ts'
import type { FieldSpec, Parsed } from './field-spec.ts'

/** Reads what was typed for a field, and says no to what a recipe could not hold. */
export function parseField(spec: FieldSpec, text: string): Parsed {
  const parsed = spec.parse(text)
  if ('problem' in parsed || parsed.value === undefined) return parsed
  const set = spec.sets ? spec.sets(parsed.value) : { [spec.path]: parsed.value }
  const { error } = recipeSchema.safeParse(withFields(emptyRecipe('any'), set))
  const own = error?.issues.find((issue) => `${issue.path.join('.')}.`.startsWith(`${spec.path}.`))
  if (own) return { problem: own.message }
  const secret = namesIn(parsed.value).find(isSecretName)
  return secret === undefined ? parsed : { problem: `nothing secret: ${secret} belongs into the environment of rigup` }
}

/** The names of variables and flags in a value. */
function namesIn(value: unknown): string[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : []
}
