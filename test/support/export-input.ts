import { directoriesOf } from '#src/core/directories.ts'
import type { ExportInput } from '#src/export/export-target.ts'
import { proofModel } from '#src/launch/proof-model.ts'
import { readMachine } from '#src/machine/read-machine.ts'
import { type RecipeInput, recipeSchema } from '#src/recipe/schema/recipe.ts'
import { planOf } from '#steps/plan-of-recipe.ts'

/** What an export is written from: a recipe as it stands, on a machine that ships. */
export async function exportInput(recipe: RecipeInput, machineName: string): Promise<ExportInput> {
  const context = {
    recipe: recipeSchema.parse(recipe),
    machine: await readMachine(machineName),
    directories: directoriesOf({ HOME: '/home/op' }),
    lock: null,
    proofModel: await proofModel(),
  }
  return { context, plan: planOf(context), archives: new Map() }
}
