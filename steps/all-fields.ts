import { Problem } from '#src/core/problem.ts'
import type { FieldPath } from '#src/recipe/fields.ts'
import { engineFields } from './engine/fields.ts'
import type { FieldSpec } from './field-spec.ts'
import { memoryFields } from './memory/fields.ts'
import { modelFields } from './model/fields.ts'
import { parseField } from './parse-field.ts'
import { quantizeFields } from './quantize/fields.ts'
import { recipeFields } from './recipe/fields.ts'
import { type QuestionId, questionIds } from './step.ts'

const fieldsOfSteps: Readonly<Record<QuestionId, readonly FieldSpec[]>> = {
  model: modelFields,
  engine: engineFields,
  quantize: quantizeFields,
  memory: memoryFields,
}

/**
 * Every recipe field that is asked for, in the order of the steps; each is a flag too. Apart from the steps themselves, because the help of
 * every command needs the flags and none of what the steps decide with.
 */
export const allFields: readonly FieldSpec[] = [...questionIds.flatMap((id) => fieldsOfSteps[id]), ...recipeFields]

/**
 * Reads the values of flags (by flag name) as recipe fields.
 * @throws Problem (exit `usage`) naming the flag and what it may be.
 */
export function fieldsOfFlags(
  flags: Readonly<Record<string, string | boolean | undefined>>,
): Record<FieldPath, unknown> {
  const fields: Record<FieldPath, unknown> = {}
  for (const spec of allFields) {
    const given = flags[spec.flag]
    if (given === undefined) continue
    const parsed = parseField(spec, given === true ? 'yes' : String(given))
    if ('problem' in parsed) {
      throw new Problem({
        what: `--${spec.flag} cannot be ${JSON.stringify(String(given))}.`,
        why: `It takes ${parsed.problem}.`,
        exit: 'usage',
      })
    }
    fields[spec.path] = parsed.value
  }
  return fields
}
