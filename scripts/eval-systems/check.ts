import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { Advice } from '../../src/advice/advice.ts'
import type { RouteAdvice } from '../../src/advice/engine-routes/route-advice.ts'
import { routesFor } from '../../src/advice/engine-routes/routes.ts'
import type { Range } from '../../src/advice/fit/input.ts'
import { localise } from '../../src/advice/localise.ts'
import { directoriesOf } from '../../src/core/directories.ts'
import { type CatalogueModel, findModel } from '../../src/knowledge/models/catalogue.ts'
import { proofModel } from '../../src/launch/proof-model.ts'
import { type Machine, machineSchema } from '../../src/machine/schema.ts'
import type { PlanContext } from '../../src/plan/context.ts'
import type { Plan } from '../../src/plan/plan.ts'
import type { Serve } from '../../src/plan/serve.ts'
import { type Recipe, type RecipeInput, recipeSchema } from '../../src/recipe/schema/recipe.ts'
import { planOf } from '../../steps/plan-of-recipe.ts'

/** One trap or number of a system, and what was found. */
type Check = { system: string; what: string; passed: boolean; found: string }
/** All that was checked so far. */
export const checks: Check[] = []

export function check(system: string, what: string, passed: boolean, found: unknown = ''): void {
  checks.push({ system, what, passed, found: typeof found === 'string' ? found : JSON.stringify(found) })
}

export function machine(name: string): Machine {
  const path = join(import.meta.dirname, '../../recipes/machines', `${name}.yaml`)
  return machineSchema.parse(parse(readFileSync(path, 'utf8')))
}

export function model(id: string): CatalogueModel {
  const found = findModel(id)
  if (!found) throw new Error(`the catalogue has no ${id}`)
  return found
}

export function recipe(
  id: string,
  route: RouteAdvice['route'],
  version: string,
  rest: Partial<RecipeInput> = {},
): Recipe {
  const engine = { route, version, ...rest.engine }
  return recipeSchema.parse({ rigup: 1, name: 'case', model: { source: 'hub', id }, ...rest, engine })
}

export const has = (advice: readonly Advice[], id: string) => advice.some((one) => one.id === id)
export const within = (value: number, range: Range) => value >= range.low && value <= range.high
export const near = (value: number, wanted: number, share: number) => Math.abs(value - wanted) <= share * wanted

export function routeOf(host: Machine, name: RouteAdvice['route'], version?: string): RouteAdvice {
  const found = routesFor(host, { version }).find((one) => one.route === name)
  if (!found) throw new Error(`no route ${name}`)
  return found
}

/** A recipe that ships. */
export function shipped(name: string): Recipe {
  return recipeSchema.parse(parse(readFileSync(join(import.meta.dirname, '../../recipes', `${name}.yaml`), 'utf8')))
}

const proof = await proofModel()

/** What a plan of a recipe on a machine is made from. */
export function contextOf(given: Recipe, host: Machine): PlanContext {
  const directories = directoriesOf({ HOME: '/home/operator' })
  return { recipe: localise(given, host).recipe, machine: host, directories, lock: null, proofModel: proof }
}

export function planFor(given: Recipe, host: Machine): Plan {
  return planOf(contextOf(given, host))
}

/** The launch of the operator's model. */
export function launchOf(plan: Plan): Serve | undefined {
  return plan.actions
    .flatMap(({ operations }) => operations)
    .flatMap((operation) => (operation.kind === 'serve' ? [operation.serve] : []))
    .find(({ purpose }) => purpose === 'model')
}
