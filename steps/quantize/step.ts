import { knownModel } from '#src/advice/model-facts.ts'
import { nothingFits } from '#src/advice/nothing-fits.ts'
import { preferredVariant, rankVariants } from '#src/advice/variants.ts'
import type { FieldPath } from '#src/recipe/fields.ts'
import type { Recipe } from '#src/recipe/schema/recipe.ts'
import { isCpuRoute, isVllmRoute } from '#src/recipe/schema/route.ts'
import type { Choice, Offer, OfferInput, QuestionStep } from '../step.ts'
import { quantizeFields } from './fields.ts'
import { cpuChoice, plainChoice, unknownChoice } from './single-choices.ts'
import { memoryUse, variantChoice } from './variant-choice.ts'

/** Which checkpoint, and how it lies on the cards. */
export const quantizeStep: QuestionStep = {
  id: 'quantize',
  question: 'Which checkpoint, laid out how?',
  fields: quantizeFields,
  offer,
  shows: (field, recipe) => isMeant(field.path, recipe),
}

function offer({ machine, recipe, asked }: OfferInput): Offer {
  const isCpu = isCpuRoute(recipe.engine.route)
  const model = knownModel(recipe.model)
  if (isCpu || !isVllmRoute(recipe.engine.route)) return only(isCpu ? cpuChoice(machine, recipe) : plainChoice(recipe))
  if (!model) return only(unknownChoice(machine, recipe))
  const verdicts = rankVariants(model, machine, recipe, asked)
  const memory = Object.fromEntries(
    verdicts.flatMap(({ variant, placement, refusal }) =>
      placement && !refusal ? [[variant.id, memoryUse(placement)]] : [],
    ),
  )
  return {
    choices: verdicts.map((verdict) => variantChoice(verdict, model, machine, recipe)),
    recommended: preferredVariant(verdicts, model)?.variant.id ?? '',
    advice: verdicts.some(({ state }) => state !== 'no') ? [] : [nothingFits(model, machine, recipe)],
    memory,
  }
}

function only(choice: Choice): Offer {
  return { choices: [choice], recommended: choice.id, advice: [] }
}

function isMeant(path: FieldPath, { engine }: Recipe): boolean {
  const isVllm = isVllmRoute(engine.route)
  if (path === 'layout.cpuKvCacheGib') return isCpuRoute(engine.route)
  if (path === 'layout.gpus' || path === 'layout.utilization') return isVllm && !isCpuRoute(engine.route)
  if (path === 'layout.maxModelLen' || path.startsWith('server.')) return true
  return isVllm
}
