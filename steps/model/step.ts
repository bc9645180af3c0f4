import { makeAdvice } from '#src/advice/make-advice.ts'
import { placementOf } from '#src/advice/placement.ts'
import { bestRoute } from '#src/advice/routes.ts'
import { formatGiB } from '#src/core/bytes.ts'
import { type CatalogueModel, catalogueDate, findModel } from '#src/knowledge/models/catalogue.ts'
import type { Machine } from '#src/machine/schema.ts'
import { withFields } from '#src/recipe/fields.ts'
import type { Recipe } from '#src/recipe/schema/recipe.ts'
import type { Choice, Offer, OfferInput, QuestionStep } from '../step.ts'
import { modelFields } from './fields.ts'
import { shortlist } from './shortlist.ts'

/** What to serve: rigup's own model only, a model that fits, or any other by its id. */
export const modelStep: QuestionStep = {
  id: 'model',
  question: 'Which model should be served?',
  fields: modelFields,
  offer,
}

const source = { title: `rigup's catalogue of models, ${catalogueDate}`, reference: 'src/knowledge/data/models.json' }

function offer({ machine, recipe }: OfferInput): Offer {
  const best = bestRoute(machine)
  const forRoute = withFields(recipe, {
    'engine.route': best?.route ?? 'llama-cpp',
    'engine.version': best?.engine.version ?? 'newest',
  })
  const models = shortlist.map(findModel).filter((model) => model !== null)
  const choices = models.map((model) => choiceOf(model, machine, forRoute))
  const proof = proofChoice()
  // The largest that fits is what the machine was bought for; the proof model where there is no card at all.
  const largest = choices.findLast(({ state }) => state === 'ok')
  return {
    choices: [proof, ...choices],
    recommended: hasCards(machine) ? (largest?.id ?? proof.id) : proof.id,
    advice: [],
  }
}

function hasCards(machine: Machine): boolean {
  return machine.gpus.some(
    (gpu) => gpu.vendor.value === 'nvidia' || gpu.vendor.value === 'amd' || gpu.vendor.value === 'intel',
  )
}

function proofChoice(): Choice {
  return {
    id: 'proof',
    cells: ['rigup’s own tiny model', '3 MiB'],
    state: 'ok',
    note: 'proves the installation, nothing more',
    set: { 'model.source': 'proof', 'model.id': 'proof' },
    advice: [
      makeAdvice('note', {
        id: 'model-proof-only',
        about: 'model.id',
        what: 'Only the installation is proved.',
        why: 'The tiny model has a few known answers: driver, kernels, compiler and API are tested in minutes, without a download.',
        source: { title: 'rigup: the proof model', reference: 'recipes/proof-model' },
      }),
    ],
  }
}

function choiceOf(model: CatalogueModel, machine: Machine, recipe: Recipe): Choice {
  const badge = badgeOf(model, machine, recipe)
  return {
    id: model.id,
    cells: [model.id, formatGiB(model.bytes)],
    // A quantized variant may fit where this one does not, so the row stays open: the next steps say which.
    state: badge.state,
    note: badge.note,
    set: { 'model.source': 'hub', 'model.id': model.id },
    advice: [
      makeAdvice(
        'note',
        {
          id: 'model-facts',
          about: 'model.id',
          what: `${model.id}: ${(model.parameters / 1e9).toFixed(1)} billion parameters, context up to ${model.contextTokens?.toLocaleString('en') ?? 'unknown'} tokens${model.gated ? ', gated on the hub' : ''}.`,
          why: model.gated
            ? 'Its licence has to be accepted on the hub, and HF_TOKEN has to be set, before it can be downloaded.'
            : `Its shape is known from ${model.confidence === 'derived' ? 'a model of the same family' : 'its own configuration'}, so what fits is reckoned without a network.`,
          source,
        },
        { sure: model.confidence === 'derived' ? 'likely' : 'certain' },
      ),
    ],
  }
}

/** Whether the model, or a quantized variant of it, fits the cards; said in the row. */
function badgeOf(model: CatalogueModel, machine: Machine, recipe: Recipe): { state: Choice['state']; note: string } {
  if (!hasCards(machine)) {
    const memory = machine.memory.totalBytes.value
    if (memory !== null && model.bytes > memory * 0.6) return { state: 'no', note: `larger than this machine's memory` }
    return { state: 'tight', note: 'on the CPU: slow' }
  }
  const variants = [model, ...model.variants.map(findModel).filter((variant) => variant !== null)]
  const placements = variants.map((variant) => ({
    variant,
    placement: placementOf({ machine, model: variant, recipe }),
  }))
  const whole = placements.find(({ placement }) => placement?.state === 'fits')
  if (whole)
    return {
      state: 'ok',
      note: whole.variant === model ? 'fits' : `fits as ${whole.variant.quantization?.toUpperCase() ?? 'a variant'}`,
    }
  const tight = placements.find(({ placement }) => placement?.state === 'tight')
  if (tight) return { state: 'tight', note: `tight: ${tight.placement?.maxModelLen.toLocaleString('en')} tokens` }
  return { state: 'no', note: 'too large for these cards' }
}
