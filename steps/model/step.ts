import { compilationAdvice } from '#src/advice/engine-options.ts'
import { bestRoute } from '#src/advice/engine-routes/routes.ts'
import { catalogueAge } from '#src/advice/knowledge-age.ts'
import { makeAdvice } from '#src/advice/make-advice.ts'
import { badgeOf, hasCards } from '#src/advice/model-badge.ts'
import { knownModel } from '#src/advice/model-facts.ts'
import { listModelIds } from '#src/knowledge/models/catalogue.ts'
import type { Machine } from '#src/machine/schema.ts'
import { textFor, withFields } from '#src/recipe/fields.ts'
import type { Recipe } from '#src/recipe/schema/recipe.ts'
import type { Choice, Offer, OfferInput, QuestionStep } from '../step.ts'
import { modelFields, modelSource } from './fields.ts'
import { catalogue, modelChoice } from './known-choice.ts'
import { type ModelReading, modelToRead, readingKey } from './reading.ts'
import { shortlist } from './shortlist.ts'
import { unreadChoice } from './unread-choice.ts'

/** What to serve: rigup's own model only, a model that fits, or any other by its id or folder. */
export const modelStep: QuestionStep = {
  id: 'model',
  question: 'Which model should be served?',
  fields: modelFields,
  offer,
  search,
  age: (_, today) => catalogueAge(today),
}

function offer(input: OfferInput): Offer {
  const { machine, asked } = input
  const reckoned = forBestRoute(input)
  const choices = shortlist.map((id) => catalogueChoice(id, machine, reckoned)).filter((choice) => choice !== null)
  const proof = proofChoice()
  // The largest that fits is what the machine was bought for, of those that everybody can download; the proof model where there is no card.
  const largest = choices.findLast(
    ({ state, advice }) => state === 'ok' && !advice.some(({ id }) => id === 'model-gated'),
  )
  const named = namedChoice(input, reckoned)
  const isListed = named !== null && [proof, ...choices].some(({ id }) => id === named.id)
  return {
    choices: [...(named === null || isListed ? [] : [named]), proof, ...choices],
    recommended: hasCards(machine) ? (largest?.id ?? proof.id) : proof.id,
    asked: named?.id ?? (asked['model.id'] === 'proof' ? 'proof' : undefined),
    advice: [],
  }
}

/** The model that the operator named, whatever it is; null where none was named. */
function namedChoice({ machine, asked, readings = {} }: OfferInput, reckoned: Recipe): Choice | null {
  const id = textFor(asked, 'model.id')
  if (id === undefined || id === 'proof') return null
  const unread = modelToRead(asked)
  if (unread === null) return modelSource(id) === 'ollama' ? ollamaChoice(id) : catalogueChoice(id, machine, reckoned)
  return readChoice(unread.id, readings[readingKey(unread)], machine, reckoned)
}

function readChoice(id: string, reading: ModelReading | undefined, machine: Machine, reckoned: Recipe): Choice {
  if (reading?.state !== 'read') return unreadChoice(id, reading)
  const model = { source: modelSource(id), id, trustRemoteCode: false, checkpoint: reading.checkpoint }
  const known = knownModel(model)
  if (known === null)
    return unreadChoice(id, { state: 'refused', what: 'Its config.json describes no model that generates text.' })
  return modelChoice(known, badgeOf(known, machine, { ...reckoned, model }), {
    'model.checkpoint': reading.checkpoint,
    'model.revision': reading.checkpoint.from === 'hub' ? reading.checkpoint.revision : undefined,
  })
}

function catalogueChoice(id: string, machine: Machine, reckoned: Recipe): Choice | null {
  const known = knownModel({ source: 'hub', id, trustRemoteCode: false })
  return known && modelChoice(known, badgeOf(known, machine, reckoned), { 'model.checkpoint': undefined })
}

/** The recipe so far with the engine that will be recommended: the next step has not been asked yet. */
function forBestRoute({ machine, recipe, asked }: OfferInput): Recipe {
  const best = bestRoute(machine)
  const version = textFor(asked, 'engine.version') ?? best?.engine.version ?? 'newest'
  return withFields(recipe, {
    'engine.route': textFor(asked, 'engine.route') ?? best?.route ?? 'llama-cpp',
    'engine.version': version,
    'engine.compilation':
      textFor(asked, 'engine.compilation') ?? best?.engine.compilation ?? compilationAdvice(machine, version).level,
  })
}

/** Rows for what was typed: models of the catalogue with all its words, and the text itself where it can name a model. */
function search(text: string, input: OfferInput): Choice[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return []
  const found = listModelIds().filter((id) => words.every((word) => id.toLowerCase().includes(word)))
  const reckoned = forBestRoute(input)
  const rows = found
    .slice(0, mostFound)
    .map((id) => catalogueChoice(id, input.machine, reckoned))
    .filter((choice) => choice !== null)
  const typed = text.trim()
  if (words.length > 1 || found.some((id) => id.toLowerCase() === typed.toLowerCase())) return rows
  const source = modelSource(typed)
  if (source === 'ollama') return /:/.test(typed) ? [...rows, ollamaChoice(typed)] : rows
  const whole = modelFields.find(({ path }) => path === 'model.id')?.parse(typed)
  return [...rows, unreadChoice(whole && 'value' in whole ? String(whole.value) : typed)]
}

/** More rows than anybody reads; another word narrows them. */
const mostFound = 20

function proofChoice(): Choice {
  return {
    id: 'proof',
    cells: ['rigup’s own tiny model', '3 MiB'],
    state: 'ok',
    note: 'proves the installation, nothing more',
    set: { 'model.source': 'proof', 'model.id': 'proof', 'model.checkpoint': undefined },
    advice: [
      makeAdvice(
        'note',
        {
          id: 'model-proof-only',
          about: 'model.id',
          what: 'Only the installation is proved.',
          why: 'The tiny model has a few known answers: driver, kernels, compiler and API are tested in minutes, without a download.',
          source: { title: 'rigup: the proof model', reference: 'recipes/proof-model' },
        },
        { wouldChange: 'another model' },
      ),
    ],
  }
}

/** A name in Ollama's library: only Ollama knows what is behind it. */
function ollamaChoice(id: string): Choice {
  return {
    id,
    cells: [id, ''],
    state: 'tight',
    note: 'in Ollama’s library',
    set: { 'model.source': 'ollama', 'model.id': id, 'model.checkpoint': undefined },
    advice: [
      makeAdvice(
        'note',
        {
          id: 'model-of-ollama',
          about: 'model.id',
          what: `${id} is fetched by Ollama itself.`,
          why: 'Its size and what it needs are known once Ollama has asked its library; an id of the hub, owner/name, is reckoned before.',
          source: catalogue,
        },
        { facts: ['model.id'], sure: 'likely' },
      ),
    ],
  }
}
