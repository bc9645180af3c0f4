import * as z from 'zod'
import { adviceSchema } from '../advice/advice.ts'
import { Problem } from '../core/problem.ts'
import { machineSchema } from '../machine/schema.ts'
import { planSchema } from '../plan/plan.ts'
import { recipeSchema } from '../recipe/schema/recipe.ts'
import { type CommandIo, writeJson } from './io.ts'

const schemas: Readonly<Record<string, z.ZodType>> = {
  machine: machineSchema,
  // As `rigup plan --json` prints it: what was advised stands beside the actions.
  plan: planSchema.extend({ advice: z.array(adviceSchema) }),
  recipe: recipeSchema,
}

/** `rigup schema recipe|machine|plan`: the JSON schema of a file, as it may be written. */
export function runSchema(name: string, io: CommandIo): void {
  const schema = schemas[name]
  if (!schema)
    throw new Problem({
      what: `There is no schema called ${name}.`,
      next: `One of: ${Object.keys(schemas).join(', ')}.`,
      exit: 'usage',
    })
  writeJson(io, z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }))
}
