import type { ModelArchitecture } from '../../knowledge/models/architecture.ts'
import { exactVersion } from '../../knowledge/vllm/releases.ts'
import type { Machine } from '../../machine/schema.ts'
import type { Recipe } from '../../recipe/schema/recipe.ts'
import { isCpuRoute } from '../../recipe/schema/route.ts'
import type { Advice } from '../advice.ts'
import { fit } from '../fit/fit.ts'
import type { Fit, FitInput } from '../fit/input.ts'
import { partitionVariable } from '../fit/partition.ts'
import { memoryOf } from '../layout/cards.ts'
import { cardsOf, isVllm } from './recipe-facts.ts'

/**
 * Whether the model has room on the cards as the recipe lays it out. What would fail even where the estimate is wrong in its favour is
 * refused; the rest is a warning. Nothing is said where memory or model are not known, or flags take the memory over.
 */
export function memoryContradictions(
  recipe: Recipe,
  machine: Machine,
  architecture: ModelArchitecture | null | undefined,
): Advice[] {
  const input = architecture ? fitInputOf(recipe, machine, architecture) : null
  if (input === null) return []
  const predicted = fit(input)
  if (predicted.starts) return []
  return predicted.reasons
    .filter(({ kind }) => kind === 'refuse')
    .map((reason) => (isCertain(reason, predicted, input) ? reason : { ...reason, kind: 'warn', sure: 'likely' }))
}

/** Flags that set the memory by themselves, or load no weights. */
const ownMemory = ['kv-cache-memory-bytes', 'kv-cache-memory', 'load-format', 'hf-overrides', 'num-gpu-blocks-override']

/** What the fit is asked about a recipe as it stands; null where memory is not known, or flags take it over. */
export function fitInputOf(recipe: Recipe, machine: Machine, architecture: ModelArchitecture): FitInput | null {
  const { layout, engine, quantization, server } = recipe
  if (!isVllm(recipe) || isCpuRoute(engine.route) || quantization.method !== 'checkpoint') return null
  if (ownMemory.some((name) => name in server.arguments)) return null
  const cards = cardsOf(recipe, machine).slice(0, layout.tensorParallel * layout.pipelineParallel)
  const [fullest] = cards
    .flatMap((gpu) => {
      const memory = memoryOf(gpu, machine)
      return memory === null ? [] : [{ gpu, ...memory }]
    })
    .toSorted((a, b) => a.freeBytes - b.freeBytes)
  if (fullest === undefined) return null
  const shares = server.environment[partitionVariable]?.split(',').map(Number)
  const offload = Number(server.arguments['cpu-offload-gb'] ?? 0)
  return {
    architecture,
    gpu: {
      name: fullest.gpu.name.value ?? '',
      totalBytes: fullest.totalBytes,
      freeBytes: fullest.freeBytes,
      capability: fullest.gpu.capability.value ?? undefined,
    },
    gpus: cards.length,
    tensorParallel: layout.tensorParallel,
    pipelineParallel: layout.pipelineParallel,
    layersPerStage: shares?.length === layout.pipelineParallel ? shares : undefined,
    vllmVersion: exactVersion(recipe.engine.version),
    utilization: layout.utilization,
    maxModelLen: layout.maxModelLen,
    maxNumSeqs: layout.maxNumSeqs,
    maxNumBatchedTokens: layout.maxNumBatchedTokens,
    kvCacheDtype: quantization.kvCacheDtype,
    enforceEager: engine.compilation === 'none' || server.arguments['enforce-eager'] === true,
    cpuOffloadGib: offload > 0 ? offload : undefined,
    engine: engine.generation === 'v0' ? 'V0' : undefined,
  }
}

function isCertain({ id }: Advice, { range }: Fit, { maxModelLen, architecture }: FitInput): boolean {
  if (id === 'fit-graphs') return false
  if (id === 'fit-no-cache') return range.kvGibPerGpu.high <= 0
  if (id === 'fit-too-long')
    return range.maxModelLen.high < (maxModelLen ?? architecture.maxPositionEmbeddings ?? Number.POSITIVE_INFINITY)
  return true
}
