import type { EngineName } from '../knowledge/engines.ts'
import { ggufCopyOf, isGguf } from '../knowledge/gguf.ts'
import { findModel } from '../knowledge/models/catalogue.ts'
import type { FieldPath } from '../recipe/fields.ts'
import type { Recipe } from '../recipe/schema/recipe.ts'
import { engineOf, type Route } from '../recipe/schema/route.ts'
import type { Advice } from './advice.ts'
import { makeAdvice } from './make-advice.ts'
import { sources } from './sources.ts'

/** How the model has to be named for an engine, and why; a refusal where that engine cannot serve it. */
type ModelForRoute = { set: Readonly<Record<FieldPath, unknown>>; advice: readonly Advice[] }

type Model = Recipe['model']

const asItIs: ModelForRoute = { set: {}, advice: [] }

/** vLLM serves checkpoints, llama.cpp GGUF files, Ollama names of its library: the same model has another name for each. */
export function modelForRoute(route: Route, model: Model): ModelForRoute {
  if (model.source === 'proof') return asItIs
  return namings[engineOf(route)](model)
}

const namings: Readonly<Record<EngineName, (model: Model) => ModelForRoute>> = {
  vllm: forVllm,
  ollama: forOllama,
  'llama-cpp': forLlamaCpp,
}

function forVllm(model: Model): ModelForRoute {
  if (model.source === 'ollama')
    return refused(
      'vLLM cannot serve a name of Ollama’s library.',
      `${model.id} names a file that only Ollama fetches.`,
      'Ollama, or the id of the model on the hub.',
    )
  if (holdsGguf(model))
    return refused(
      'vLLM does not serve GGUF files.',
      'Since 0.24 it needs a plugin for them, and it runs them slowly.',
      'llama.cpp or Ollama, or the model’s safetensors checkpoint.',
    )
  return asItIs
}

function forLlamaCpp(model: Model): ModelForRoute {
  if (model.source === 'ollama')
    return refused(
      'llama.cpp cannot serve a name of Ollama’s library.',
      `${model.id} names a file that only Ollama fetches.`,
      'Ollama, or the id of a GGUF repository on the hub.',
    )
  if (holdsGguf(model)) return asItIs
  const copy = model.source === 'hub' ? copyOf(model.id) : null
  if (copy === null) return withoutCopy('llama.cpp', model)
  return {
    set: { 'model.id': copy.repository, 'model.file': undefined, ...ofThatModelOnly },
    advice: [fourBits(`the GGUF files of ${copy.repository}`)],
  }
}

function forOllama(model: Model): ModelForRoute {
  if (model.source === 'ollama') return asItIs
  if (model.source === 'local')
    return refused(
      'Ollama takes no folder and no file.',
      'rigup gives it names that it fetches itself.',
      'llama.cpp for a GGUF file, vLLM for a folder with safetensors.',
    )
  const named = holdsGguf(model)
    ? `hf.co/${model.id}${model.file === undefined ? '' : `:${model.file}`}`
    : copyOf(model.id)?.ollama
  if (named === undefined) return withoutCopy('Ollama', model)
  return {
    set: { 'model.source': 'ollama', 'model.id': named, 'model.file': undefined, ...ofThatModelOnly },
    advice: holdsGguf(model) ? [] : [fourBits(named)],
  }
}

/** What was said of the checkpoint does not hold for a copy of it. */
const ofThatModelOnly = { 'model.revision': undefined, 'model.checkpoint': undefined }

function holdsGguf({ id, file, checkpoint }: Model): boolean {
  return isGguf(id, file) || checkpoint?.format === 'gguf'
}

/** The copy of a model, or of the one that it is a variant of. */
function copyOf(id: string) {
  const named = [id, ...(findModel(id)?.variants ?? [])]
  return named.map(ggufCopyOf).find((copy) => copy !== null) ?? null
}

function fourBits(what: string): Advice {
  return makeAdvice(
    'note',
    {
      id: 'model-as-gguf',
      about: 'model.id',
      what: `This engine serves its own four-bit copy: ${what}.`,
      why: 'Ollama and llama.cpp read GGUF files, not the checkpoint that vLLM reads; four bits cost a little quality and a third of the memory.',
      source: sources.ggufCopies,
    },
    { facts: ['model.id'], wouldChange: 'another file, given with --model and --model-file' },
  )
}

function withoutCopy(engine: string, { id }: Model): ModelForRoute {
  return refused(
    `${engine} needs a GGUF of ${id}.`,
    'None is known to rigup, and this checkpoint is not one.',
    'Name one: --model OWNER/NAME-GGUF --model-file FILE, or a name in Ollama’s library.',
  )
}

function refused(what: string, why: string, instead: string): ModelForRoute {
  const advice = makeAdvice(
    'refuse',
    { id: 'model-not-for-this-engine', about: 'model.id', what, why, source: sources.ggufCopies },
    { facts: ['model.id'], instead },
  )
  return { set: {}, advice: [advice] }
}
