import { planOf } from '#steps/plan-of-recipe.ts'
import type { Advice } from '../advice/advice.ts'
import { contradictionsOf } from '../advice/contradictions/contradictions.ts'
import { catalogueAge, knowledgeAge } from '../advice/knowledge-age.ts'
import { localise } from '../advice/localise.ts'
import { knownModel, modelFacts } from '../advice/model-facts.ts'
import { directoriesOf } from '../core/directories.ts'
import { exists } from '../core/exists.ts'
import { Problem } from '../core/problem.ts'
import { proofModel } from '../launch/proof-model.ts'
import type { Machine } from '../machine/schema.ts'
import type { PlanContext } from '../plan/context.ts'
import type { Plan } from '../plan/plan.ts'
import type { Recipe } from '../recipe/schema/recipe.ts'
import { isVllmRoute } from '../recipe/schema/route.ts'
import { askEngine } from './ask-engine.ts'
import { prepareModel } from './prepare-model.ts'

/** A recipe made ready for a machine: what was open is filled in, and the plan is there. */
export type Prepared = {
  context: PlanContext
  plan: Plan
  /** What was filled in and why, and what warns about this recipe on this machine. */
  advice: readonly Advice[]
  /** What cannot work; a plan with any is not carried out. */
  refusals: readonly Advice[]
}

/** Makes a recipe ready for a machine. Nothing is changed anywhere. */
export async function prepare(given: Recipe, lock: string | null, machine: Machine): Promise<Prepared> {
  const local = localise(await withoutMissingPlaces(given), machine)
  const { recipe, advice: ofModel } = await prepareModel(local.recipe, machine)
  const context: PlanContext = { recipe, machine, lock, directories: directoriesOf(), proofModel: await proofModel() }
  const found = [
    ...local.advice,
    ...ofModel,
    ...agesOf(recipe),
    ...contradictionsOf(recipe, machine, modelFacts(recipe), await askEngine(context)),
  ]
  return {
    context,
    plan: planOf(context),
    advice: found.filter(({ kind }) => kind !== 'refuse'),
    refusals: found.filter(({ kind }) => kind === 'refuse'),
  }
}

/** How old the facts are that the plan rests on. */
function agesOf(recipe: Recipe): Advice[] {
  const today = new Date()
  return [
    ...(isVllmRoute(recipe.engine.route) ? [knowledgeAge(recipe.engine.version, today)] : []),
    ...(knownModel(recipe.model)?.from === 'catalogue' ? [catalogueAge(today)] : []),
  ]
}

/** Folders of wheels and certificates of another machine mean nothing here: this machine's own are taken instead. */
async function withoutMissingPlaces(recipe: Recipe): Promise<Recipe> {
  const { packages } = recipe
  const there = async (place: string) => {
    const path = place.replace(/^file:\/\//, '')
    if (!path.startsWith('/')) return true
    return exists(path)
  }
  const findLinks = await asyncFilter(packages.findLinks, there)
  const extraIndexes = await asyncFilter(packages.extraIndexes, there)
  const { certificate, index, ...rest } = packages
  return {
    ...recipe,
    packages: {
      ...rest,
      findLinks,
      extraIndexes,
      ...(index !== undefined && (await there(index)) ? { index } : {}),
      ...(certificate !== undefined && (await there(certificate)) ? { certificate } : {}),
    },
  }
}

async function asyncFilter<T>(items: readonly T[], test: (item: T) => Promise<boolean>): Promise<T[]> {
  const kept = await Promise.all(items.map(test))
  return items.filter((_, index) => kept[index])
}

/** @throws Problem (exit `machine`) where something of the recipe cannot work here. */
export function refuse(refusals: readonly Advice[], recipe: Recipe): void {
  const [first, ...others] = refusals
  if (!first) return
  throw new Problem({
    what: `The recipe ${recipe.name} cannot work on this machine: ${first.what}`,
    why: [first.why, ...others.map(({ what, why }) => `${what} ${why}`)].join(' '),
    next: first.instead ?? 'Run rigup without a recipe: it offers what works here.',
    exit: 'machine',
  })
}
