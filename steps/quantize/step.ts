import type { Advice } from '#src/advice/advice.ts'
import { partitionReason, partitionVariable } from '#src/advice/fit/partition.ts'
import { memoryOf, usableCards } from '#src/advice/layout/cards.ts'
import { makeAdvice } from '#src/advice/make-advice.ts'
import { type KnownModel, knownModel, symmetricOf } from '#src/advice/model-facts.ts'
import { type Placement, placementOf, reckonedVersion } from '#src/advice/placement.ts'
import { placementAsAsked } from '#src/advice/placement-as-asked.ts'
import { checkpointAdvice } from '#src/advice/quantization.ts'
import { formatGiB } from '#src/core/bytes.ts'
import { ggufBytes, ggufCopyOf } from '#src/knowledge/gguf.ts'
import { findModel } from '#src/knowledge/models/catalogue.ts'
import type { Machine } from '#src/machine/schema.ts'
import type { FieldPath } from '#src/recipe/fields.ts'
import { isCpuRoute, isVllmRoute } from '#src/recipe/schema/engine.ts'
import type { Recipe } from '#src/recipe/schema/recipe.ts'
import type { Choice, MemoryUse, Offer, OfferInput, QuestionStep } from '../step.ts'
import { quantizeFields } from './fields.ts'

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
  const variants = [model, ...model.variants.map(findModel).filter((variant) => variant !== null)]
  const offers = variants.map((variant) => variantOffer(variant, machine, recipe, asked))
  // A variant that loses nothing comes first; among the rest, the larger is the closer to the original.
  const ranked = offers.toSorted((a, b) => rank(a.choice) - rank(b.choice) || b.bytes - a.bytes)
  const memory = Object.fromEntries(ranked.flatMap(({ choice, use }) => (use ? [[choice.id, use]] : [])))
  const choices = ranked.map(({ choice }) => choice)
  // Who names a quantized checkpoint wants that one, as long as it runs.
  const fits = choices.some(({ state }) => state !== 'no')
  const named = choices.find(
    ({ id, state }) => id === model.id && (fits ? model.quantization !== null && state !== 'no' : true),
  )
  return {
    choices,
    recommended: (named ?? choices[0])?.id ?? '',
    advice: fits ? [] : [nothingFits(model, machine)],
    memory,
  }
}

function only(choice: Choice): Offer {
  return { choices: [choice], recommended: choice.id, advice: [] }
}

const states: Readonly<Record<Choice['state'], number>> = { ok: 0, tight: 1, no: 2 }

function rank(choice: Choice): number {
  return states[choice.state]
}

type VariantOffer = { choice: Choice; use: MemoryUse | null; bytes: number }

/** Where no variant starts: what is left on this machine. */
function nothingFits({ id, parameters }: KnownModel, machine: Machine): Advice {
  const memory = machine.memory.availableBytes.value ?? 0
  const cards = usableCards(machine).reduce((sum, gpu) => sum + (memoryOf(gpu, machine)?.freeBytes ?? 0), 0)
  const asGguf = ggufCopyOf(id) !== null && ggufBytes(parameters) < 0.8 * (memory + cards)
  return makeAdvice(
    'refuse',
    {
      id: 'no-variant-fits',
      about: 'model.id',
      what: `No known variant of ${id} starts on these cards.`,
      why: 'Each needs more memory than they have free, or a kernel that they lack; the rows say which.',
      source: { title: 'rigup: the memory fit' },
    },
    {
      facts: ['gpus', 'model.id'],
      wouldChange: 'more or larger cards, or cards that others leave',
      instead: asGguf
        ? 'Ollama or llama.cpp (the step before), which put a part of it into memory; or a smaller model.'
        : 'A smaller model.',
    },
  )
}

/** A variant of a model: what the catalogue, or the checkpoint itself, says of it. */
type Variant = Pick<KnownModel, 'id' | 'bytes' | 'family' | 'architecture' | 'quantization'>

function variantOffer(variant: Variant, machine: Machine, recipe: Recipe, asked: OfferInput['asked']): VariantOffer {
  const advised = placementOf({ machine, model: variant, recipe })
  const placement = advised && placementAsAsked(advised, { machine, model: variant, recipe }, asked)
  const checkpoint = checkpointAdvice({
    method: variant.quantization,
    machine,
    version: reckonedVersion(recipe.engine.version),
    family: variant.family,
    bits: variant.architecture.quantization?.bits,
    symmetric: symmetricOf(variant.architecture),
  })
  const refusal = checkpoint.why.find(({ kind }) => kind === 'refuse')
  const state: Choice['state'] =
    refusal || !placement || placement.state === 'no' ? 'no' : placement.state === 'tight' ? 'tight' : 'ok'
  const set: Record<FieldPath, unknown> = {
    'model.id': variant.id,
    'quantization.method': checkpoint.flag ?? 'checkpoint',
    'quantization.dtype': checkpoint.dtype,
  }
  if (placement) Object.assign(set, layoutFields(placement, machine, recipe))
  return {
    bytes: variant.bytes,
    use: placement && !refusal ? memoryUse(placement) : null,
    choice: {
      id: variant.id,
      cells: [
        variant.id.split('/').findLast((part) => part !== '') ?? variant.id,
        formatGiB(variant.bytes),
        checkpoint.kernel ?? '',
        placement && placement.maxModelLen > 0 ? placement.maxModelLen.toLocaleString('en') : '',
      ],
      state,
      note: refusal ? refusal.what.replace(/\.$/, '') : noteOf(placement),
      set,
      advice: [...checkpoint.why, ...placementAdvice(placement)],
    },
  }
}

function noteOf(placement: Placement | null): string {
  if (!placement) return 'no card to lay it on'
  const { fit, state } = placement
  if (state === 'no') return reasonOf(fit)
  const users = `${fit.concurrency < 10 ? fit.concurrency.toFixed(1) : Math.floor(fit.concurrency)} users`
  return state === 'tight' ? `tight, ${users}` : `fits, ${users}`
}

/** Why it does not start, in a few words. */
function reasonOf(fit: Placement['fit']): string {
  const refusal = fit.reasons.find(({ kind }) => kind === 'refuse')?.id
  if (refusal === 'fit-too-long') return `too long: ${Math.max(0, fit.maxModelLen).toLocaleString('en')} tokens fit`
  if (refusal === 'fit-states') return 'too many requests at once'
  if (refusal === 'fit-busy') return 'more than is free on these cards'
  return refusal === 'fit-layout' ? 'not in this layout' : 'too large for these cards'
}

/** What a placement writes: layout, length, utilization, and the variables that the links ask for. */
function layoutFields(
  { layout, maxModelLen, utilization, maxNumSeqs, partition }: Placement,
  machine: Machine,
  recipe: Recipe,
): Record<FieldPath, unknown> {
  const {
    CUDA_VISIBLE_DEVICES: _cuda,
    HIP_VISIBLE_DEVICES: _hip,
    CUDA_DEVICE_ORDER: _order,
    ...variables
  } = layout.environment
  const usesAll = layout.gpus.length === machine.gpus.length
  return {
    'layout.tensorParallel': layout.tensorParallel,
    'layout.pipelineParallel': layout.pipelineParallel,
    ...(usesAll ? {} : { 'layout.gpus': [...layout.gpus] }),
    ...(maxModelLen > 0 ? { 'layout.maxModelLen': maxModelLen } : {}),
    'layout.utilization': utilization,
    ...(maxNumSeqs === null ? {} : { 'layout.maxNumSeqs': maxNumSeqs }),
    'server.environment': {
      ...recipe.server.environment,
      ...variables,
      ...(partition ? { [partitionVariable]: partition.layers.join(',') } : {}),
    },
  }
}

function placementAdvice(placement: Placement | null): Advice[] {
  if (!placement) return []
  const { layout, utilizationWhy, partition, fit } = placement
  return [...layout.why, ...utilizationWhy, ...(partition ? [partitionReason(partition)] : []), ...fit.reasons]
}

function memoryUse({ fit, layout }: Placement): MemoryUse {
  const { weights, kvCache, graphs, activations, overhead, others, free } = fit.parts
  return {
    label: layout.gpus.length > 1 ? 'per GPU' : `GPU ${layout.gpus[0] ?? 0}`,
    totalBytes: weights + kvCache + graphs + activations + overhead + others + free,
    parts: [
      { name: 'weights', bytes: weights },
      { name: 'kv', bytes: kvCache },
      { name: 'graphs', bytes: graphs },
      { name: 'other', bytes: activations + overhead + others },
    ],
  }
}

/** On the CPU the KV cache is a share of the machine's memory, said in GiB. */
function cpuChoice(machine: Machine, recipe: Recipe): Choice {
  const isProof = recipe.model.source === 'proof'
  const available = machine.memory.availableBytes.value ?? machine.memory.totalBytes.value ?? 8 * 2 ** 30
  const gib = isProof ? 1 : Math.max(1, Math.min(16, Math.floor((available / 2 ** 30) * 0.2)))
  return {
    id: 'cpu',
    cells: [isProof ? 'the proof model as it is' : 'the checkpoint as it is', `KV cache ${gib} GiB`],
    state: 'ok',
    note: '',
    set: {
      'layout.gpus': [],
      'layout.cpuKvCacheGib': gib,
      ...(isProof ? { 'engine.compilation': 'none' } : { 'layout.maxModelLen': recipe.workload.contextTokens }),
    },
    advice: [
      makeAdvice(
        'recommend',
        {
          id: 'cpu-kv-cache',
          about: 'layout.cpuKvCacheGib',
          what: `${gib} GiB of memory for the KV cache.`,
          why: isProof
            ? 'The proof model needs a few MiB; one GiB is the least that is worth saying, and it is not compiled because that takes longer than it answers.'
            : 'On the CPU the cache lies in the machine’s own memory, beside the weights and everything else that runs.',
          source: {
            title: 'vLLM: CPU backend, VLLM_CPU_KVCACHE_SPACE',
            reference: 'https://docs.vllm.ai/en/latest/getting_started/installation/cpu/',
          },
        },
        { facts: ['memory.availableBytes'] },
      ),
    ],
  }
}

/** Ollama and llama.cpp choose their own layout. */
function plainChoice(recipe: Recipe): Choice {
  return {
    id: 'as-it-is',
    cells: ['as the engine chooses'],
    state: 'ok',
    note: '',
    set: { 'layout.maxModelLen': recipe.workload.contextTokens },
    advice: [
      makeAdvice('note', {
        id: 'layout-by-the-engine',
        about: 'layout',
        what: 'The engine spreads the model over cards and memory itself.',
        why: 'Ollama and llama.cpp put as many layers on the cards as fit and compute the rest on the CPU.',
        source: {
          title: 'llama.cpp: --gpu-layers',
          reference: 'https://github.com/ggml-org/llama.cpp/tree/master/tools/server',
        },
      }),
    ],
  }
}

/** A model that the catalogue does not know, or the proof model on cards: every usable card is left to the operator. */
function unknownChoice(machine: Machine, recipe: Recipe): Choice {
  const isProof = recipe.model.source === 'proof'
  const needsHalf = machine.gpus.some((gpu) => gpu.capability.value !== null && Number(gpu.capability.value) < 8)
  return {
    id: 'as-it-is',
    cells: [isProof ? 'the proof model as it is' : 'the checkpoint as it is'],
    state: 'ok',
    note: isProof ? '' : 'not known before the start',
    set: {
      'quantization.dtype': needsHalf ? 'float16' : 'auto',
      'layout.maxModelLen': isProof ? undefined : recipe.workload.contextTokens,
    },
    advice: [
      makeAdvice(isProof ? 'note' : 'warn', {
        id: isProof ? 'proof-fits-everywhere' : 'fit-unknown',
        about: 'model.id',
        what: isProof ? 'It fits every card.' : 'Whether it fits is not known.',
        why: isProof
          ? 'The proof model has 3 MiB of weights; one card is used unless the settings say more.'
          : 'Its config.json could not be read and the catalogue does not have it, so nothing can be reckoned; the launch will tell.',
        source: { title: 'rigup: the catalogue of models', reference: 'src/knowledge/data/models.json' },
      }),
    ],
  }
}

function isMeant(path: FieldPath, { engine }: Recipe): boolean {
  const isVllm = isVllmRoute(engine.route)
  if (path === 'layout.cpuKvCacheGib') return isCpuRoute(engine.route)
  if (path === 'layout.gpus' || path === 'layout.utilization') return isVllm && !isCpuRoute(engine.route)
  if (path === 'layout.maxModelLen' || path.startsWith('server.')) return true
  return isVllm
}
