import type { Machine } from '../machine/schema.ts'
import { withFields } from '../recipe/fields.ts'
import { type Recipe, recipeSchema } from '../recipe/schema/recipe.ts'
import type { Advice } from './advice.ts'
import { engineBuild } from './engine-build.ts'
import { llamaCppProgram } from './llama-cpp-program.ts'
import { ollamaProgram } from './ollama-program.ts'
import { pythonPackages } from './python-packages.ts'

/**
 * Fills in what a recipe leaves to the machine: the build of the engine, where packages come from, the build of torch, the Python. What the recipe says
 * stays as it says. A recipe with a lock says all of it.
 */
export function localise(recipe: Recipe, machine: Machine): { recipe: Recipe; advice: readonly Advice[] } {
  if (recipe.packages.lock) return { recipe, advice: [] }
  const program = { ...llamaCppProgram(machine, recipe.engine), ...ollamaProgram(machine, recipe.engine) }
  const own = recipeSchema.parse(withFields(recipe, program))
  const build = engineBuild(own, machine)
  const { packages, engine } = recipeSchema.parse(withFields(own, build.set))
  const open = {
    'packages.index': packages.index === undefined,
    'packages.extraIndexes': packages.extraIndexes.length === 0,
    'packages.findLinks': packages.findLinks.length === 0,
    'packages.certificate': packages.certificate === undefined,
    'packages.leaveOut': packages.leaveOut.length === 0,
    'engine.torchBackend': engine.torchBackend === undefined,
    'engine.python': engine.python === 'auto',
  }
  const advised = pythonPackages(machine, engine)
  const set = Object.entries(advised.set).filter(([path]) =>
    Object.entries(open).some(([field, isOpen]) => field === path && isOpen),
  )
  const paths = set.map(([path]) => path)
  return {
    recipe: recipeSchema.parse(withFields({ ...recipe, engine, packages }, Object.fromEntries(set))),
    advice: [...build.advice, ...advised.advice.filter((item) => paths.some((path) => path.startsWith(item.about)))],
  }
}
