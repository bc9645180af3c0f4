import type { Advice } from '../advice/advice.ts'
import { makeAdvice } from '../advice/make-advice.ts'
import { knownModel } from '../advice/model-facts.ts'
import { sources } from '../advice/sources.ts'
import type { Machine } from '../machine/schema.ts'
import { hubToken } from '../models/token.ts'
import type { Recipe } from '../recipe/schema/recipe.ts'
import { readModel } from './read-model.ts'

/**
 * The recipe with what its checkpoint says of itself, where neither the recipe nor the catalogue has it; and what there is to say
 * before anything is downloaded: missing, gated, or out of reach.
 */
export async function prepareModel(recipe: Recipe, machine: Machine): Promise<{ recipe: Recipe; advice: Advice[] }> {
  const { model, engine } = recipe
  const readable = (model.source === 'hub' || model.source === 'local') && engine.route !== 'ollama'
  if (!readable) return { recipe, advice: [] }
  const known = knownModel(model)
  if (known) return { recipe, advice: await gated(model.id, known.gated) }
  // A folder of another machine cannot be read from here.
  if (model.source === 'local' && machine.origin !== 'live')
    return { recipe, advice: [notRead(`${model.id} lies on another machine.`, undefined)] }
  const reading = await readModel(model, process.env)
  if (reading.state === 'read') {
    const advice = await gated(model.id, reading.checkpoint.gated ?? null)
    return { recipe: { ...recipe, model: { ...model, checkpoint: reading.checkpoint } }, advice }
  }
  if (reading.state === 'reading') return { recipe, advice: [] }
  // llama-server knows repositories without a config.json.
  const refused = reading.state === 'refused' && engine.route !== 'llama-cpp'
  if (!refused) return { recipe, advice: [notRead(reading.what, reading.next)] }
  const what = { id: 'model-cannot-be-read', about: 'model.id', what: reading.what, source: sources.modelConfig }
  const why = reading.why ?? 'So nothing could be downloaded either.'
  return { recipe, advice: [makeAdvice('refuse', { ...what, why }, { facts: ['model.id'], instead: reading.next })] }
}

function notRead(what: string, next: string | undefined): Advice {
  return makeAdvice(
    'warn',
    {
      id: 'model-not-read',
      about: 'model.id',
      what,
      why: 'Whether the model fits and runs is not known before it is there.',
      source: sources.modelConfig,
    },
    { facts: ['model.id'], sure: 'likely', instead: next },
  )
}

async function gated(id: string, isGated: boolean | null): Promise<Advice[]> {
  if (isGated !== true || (await hubToken(process.env)) !== null) return []
  return [
    makeAdvice(
      'warn',
      {
        id: 'model-gated',
        about: 'model.id',
        what: `${id} is gated on the hub, and there is no token here.`,
        why: 'The download would stop with `Access to model is restricted`.',
        source: sources.gatedModels,
      },
      {
        facts: ['model.id'],
        instead: `Accept the licence on the model's page, then set HF_TOKEN to a token of that account.`,
      },
    ),
  ]
}
