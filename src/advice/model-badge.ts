import { formatGiB } from '../core/bytes.ts'
import { ggufBytes } from '../knowledge/gguf.ts'
import type { ModelArchitecture } from '../knowledge/models/architecture.ts'
import { exactVersion } from '../knowledge/vllm/releases.ts'
import { filesystemUnder } from '../machine/find.ts'
import type { Machine } from '../machine/schema.ts'
import type { Recipe } from '../recipe/schema/recipe.ts'
import { isCpuRoute, isVllmRoute } from '../recipe/schema/route.ts'
import type { Advice } from './advice.ts'
import { architectureMissing } from './architecture-support.ts'
import { memoryOf, usableCards } from './layout/cards.ts'
import { makeAdvice } from './make-advice.ts'
import type { KnownModel } from './model-facts.ts'
import { preferredVariant, rankVariants, variantLabel, variantsOf } from './variants.ts'

/** Whether a model would run here, in a few words, and what there is to know about it. */
export type Badge = {
  state: 'ok' | 'tight' | 'no'
  note: string
  advice: readonly Advice[]
  /** Bytes that this engine would fetch, where they are not the checkpoint's. */
  bytes?: number
}

/** True where the machine has cards that some engine may use. */
export function hasCards(machine: Machine): boolean {
  return machine.gpus.some(({ vendor }) => ['nvidia', 'amd', 'intel'].includes(vendor.value ?? ''))
}

// Every key redraws the rows, and a layout over eight cards takes milliseconds to reckon.
const reckoned = new WeakMap<Machine, WeakMap<ModelArchitecture, Map<string, Badge>>>()

/** Whether the model, or a quantized variant of it, runs here with the engine of the recipe; said in the row. */
export function badgeOf(model: KnownModel, machine: Machine, recipe: Recipe): Badge {
  const { engine, workload, quantization, install } = recipe
  const key = JSON.stringify([model.id, model.bytes, model.downloadBytes, engine, workload, quantization, install])
  const ofMachine = reckoned.get(machine) ?? new WeakMap<ModelArchitecture, Map<string, Badge>>()
  reckoned.set(machine, ofMachine)
  const ofModel = ofMachine.get(model.architecture) ?? new Map<string, Badge>()
  ofMachine.set(model.architecture, ofModel)
  const badge = ofModel.get(key) ?? reckon(model, machine, recipe)
  ofModel.set(key, badge)
  return badge
}

function reckon(model: KnownModel, machine: Machine, recipe: Recipe): Badge {
  const { route } = recipe.engine
  const isVllm = isVllmRoute(route)
  const lowest = isVllm ? smallestDownload(model) : ggufBytesOf(model)
  const full = diskTooSmall(lowest, machine, recipe)
  if (full) return full
  if (!isVllm) return ggufBadge(model, machine)
  const version = exactVersion(recipe.engine.version)
  const missing = architectureMissing(model.architecture.architectures, version)
  if (missing) {
    return { state: missing.kind === 'refuse' ? 'no' : 'tight', note: `not in vLLM ${version}`, advice: [missing] }
  }
  return isCpuRoute(route) || !hasCards(machine) ? cpuBadge(model, machine) : cardBadge(model, machine, recipe)
}

function smallestDownload(model: KnownModel): number {
  if (model.from === 'local') return 0
  return Math.min(
    model.downloadBytes,
    ...variantsOf(model)
      .slice(1)
      .map(({ bytes }) => bytes),
  )
}

function ggufBytesOf({ quantization, bytes, parameters, from, architecture }: KnownModel): number {
  if (from === 'local') return 0
  // gpt-oss is published in four bits and stays as it is.
  return quantization === 'gguf' || architecture.quantization?.bits === 4 ? bytes : ggufBytes(parameters)
}

function diskTooSmall(needed: number, machine: Machine, { install }: Recipe): Badge | null {
  const { modelCache, home } = machine.locations
  const place = filesystemUnder(machine, install.modelCache ?? modelCache.value ?? home.value ?? '/')
  const free = place?.freeBytes.value ?? null
  if (place === null || free === null || needed <= free) return null
  const advice = makeAdvice(
    'refuse',
    {
      id: 'model-larger-than-disk',
      about: 'install.modelCache',
      what: `${formatGiB(needed)} to download do not fit on ${place.mount}.`,
      why: `${formatGiB(free)} are free there.`,
      source: { title: 'free space of this machine' },
    },
    {
      facts: [`filesystems[${machine.filesystems.indexOf(place)}].freeBytes`],
      instead: 'Another place for models (--model-cache), or a smaller model.',
    },
  )
  return { state: 'no', note: `${formatGiB(needed)} of disk; ${formatGiB(free)} free`, advice: [advice] }
}

function cpuBadge(model: KnownModel, machine: Machine): Badge {
  const memory = machine.memory.totalBytes.value
  if (memory !== null && model.bytes > memory * 0.6) return { state: 'no', note: 'too large for the RAM', advice: [] }
  return { state: 'tight', note: 'on the CPU: slow', advice: [] }
}

function cardBadge(model: KnownModel, machine: Machine, recipe: Recipe): Badge {
  const verdicts = rankVariants(model, machine, recipe)
  const best = preferredVariant(verdicts, model)
  const refusals = verdicts.flatMap(({ refusal }) => refusal ?? [])
  if (best === undefined || best.state === 'no') {
    const allRefused = refusals.length === verdicts.length
    return {
      state: 'no',
      note: allRefused ? 'not in this format on these cards' : 'too large here',
      advice: allRefused ? refusals : [],
    }
  }
  if (best.state === 'tight')
    return { state: 'tight', note: `tight: ${best.placement?.maxModelLen.toLocaleString('en')} tokens`, advice: [] }
  const isItself = best.variant.id === model.id
  return { state: 'ok', note: isItself ? 'fits' : `fits as ${variantLabel(best.variant, model)}`, advice: [] }
}

/** Room beside the weights for cache, graphs and the engine itself. */
const besides = { share: 1.1, bytes: 1.5e9 }

/** Ollama and llama.cpp put what does not fit on the cards into memory and compute it on the CPU. */
function ggufBadge(model: KnownModel, machine: Machine): Badge {
  const bytes = ggufBytesOf(model) || model.bytes
  const needed = bytes * besides.share + besides.bytes
  const badge = { bytes, advice: [] }
  const cards = usableCards(machine).reduce((sum, gpu) => sum + (memoryOf(gpu, machine)?.freeBytes ?? 0), 0)
  const memory = (machine.memory.availableBytes.value ?? machine.memory.totalBytes.value ?? 0) * 0.8
  if (cards > 0 && needed <= cards) return { ...badge, state: 'ok', note: 'fits as 4-bit GGUF' }
  if (needed <= cards + memory)
    return { ...badge, state: 'tight', note: cards > 0 ? 'partly on the CPU: slow' : 'on the CPU: slow' }
  return { ...badge, state: 'no', note: 'too large here' }
}
