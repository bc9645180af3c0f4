import type { Advice } from '#src/advice/advice.ts'
import { makeAdvice } from '#src/advice/make-advice.ts'
import type { Badge } from '#src/advice/model-badge.ts'
import type { KnownModel } from '#src/advice/model-facts.ts'
import { sources } from '#src/advice/sources.ts'
import { formatGiB } from '#src/core/bytes.ts'
import { catalogueDate } from '#src/knowledge/models/catalogue.ts'
import type { FieldPath } from '#src/recipe/fields.ts'
import type { Choice } from '../step.ts'
import { modelSource } from './fields.ts'

/** Where rows of models that nobody had to read come from. */
export const catalogue = {
  title: `rigup's catalogue of models, ${catalogueDate}`,
  reference: 'src/knowledge/data/models.json',
}
const origins: Readonly<Record<KnownModel['from'], string>> = {
  catalogue: 'Its shape is in the catalogue that ships with rigup, so what fits is reckoned without a network.',
  hub: 'Its config.json was read from the hub; the weights were not fetched.',
  modelscope: 'Its config.json was read from ModelScope; the weights were not fetched.',
  local: 'Its config.json was read from that folder.',
  cache: 'Its config.json was read from the cache of the hub on this computer, because the hub does not answer.',
}

/** The row of a model whose shape is known. */
export function modelChoice(known: KnownModel, badge: Badge, set: Readonly<Record<FieldPath, unknown>>): Choice {
  return {
    id: known.id,
    cells: [known.id, formatGiB(badge.bytes ?? known.bytes)],
    state: badge.state,
    note: badge.note,
    set: { 'model.source': modelSource(known.id), 'model.id': known.id, ...set },
    advice: [...badge.advice, facts(known), ...(known.gated === true ? [gated(known)] : [])],
  }
}

function facts({ id, parameters, contextTokens, from }: KnownModel): Advice {
  const length = contextTokens === null ? 'an unknown number of' : `up to ${contextTokens.toLocaleString('en')}`
  return makeAdvice(
    'note',
    {
      id: 'model-facts',
      about: 'model.id',
      what: `${id}: ${(parameters / 1e9).toFixed(1)} billion parameters, ${length} tokens of context.`,
      why: origins[from],
      source: from === 'catalogue' ? catalogue : sources.modelConfig,
    },
    { facts: ['model.id'], sure: from === 'catalogue' ? 'likely' : 'certain' },
  )
}

function gated({ id }: KnownModel): Advice {
  return makeAdvice(
    'warn',
    {
      id: 'model-gated',
      about: 'model.id',
      what: `${id} is gated on the hub.`,
      why: 'Its licence has to be accepted there, and HF_TOKEN has to be set, before it can be downloaded.',
      source: sources.gatedModels,
    },
    {
      facts: ['model.id'],
      instead: `Accept the licence on the model's page, then set HF_TOKEN to a token of that account.`,
    },
  )
}
