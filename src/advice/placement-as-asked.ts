import { knowsVariable } from '../knowledge/vllm/names.ts'
import { exactVersion } from '../knowledge/vllm/releases.ts'
import type { Machine } from '../machine/schema.ts'
import { type FieldPath, withFields } from '../recipe/fields.ts'
import { type Recipe, recipeSchema } from '../recipe/schema/recipe.ts'
import { fitInputOf } from './contradictions/memory-fit.ts'
import { fit } from './fit/fit.ts'
import { balancedPartition, partitionVariable } from './fit/partition.ts'
import { usableCards } from './layout/cards.ts'
import { lowestCapability } from './machine-facts.ts'
import type { KnownModel } from './model-facts.ts'
import { type Placement, stateOf } from './placement.ts'

/** Settings that change how a model lies on the cards. */
const deciding: readonly FieldPath[] = [
  'layout.tensorParallel',
  'layout.pipelineParallel',
  'layout.gpus',
  'layout.maxModelLen',
  'layout.utilization',
  'layout.maxNumSeqs',
  'layout.maxNumBatchedTokens',
  'quantization.kvCacheDtype',
]

/** A placement with what the operator set by hand: cards, shares of layers and the fit follow from that. */
export function placementAsAsked(
  placement: Placement,
  question: { machine: Machine; model: Pick<KnownModel, 'architecture'>; recipe: Recipe },
  asked: Readonly<Record<FieldPath, unknown>>,
): Placement {
  const { machine, model, recipe } = question
  const set = Object.entries(asked).filter(([path, value]) => deciding.includes(path) && value !== undefined)
  if (set.length === 0) return placement
  const { layout, maxModelLen, utilization, maxNumSeqs } = placement
  const advised = {
    'layout.tensorParallel': layout.tensorParallel,
    'layout.pipelineParallel': layout.pipelineParallel,
    'layout.maxModelLen': maxModelLen > 0 ? maxModelLen : undefined,
    'layout.utilization': utilization,
    'layout.maxNumSeqs': maxNumSeqs ?? undefined,
  }
  const read = recipeSchema.safeParse(withFields(withFields(recipe, advised), Object.fromEntries(set)))
  if (!read.success) return placement
  const { tensorParallel, pipelineParallel } = read.data.layout
  const count = tensorParallel * pipelineParallel
  const same = layout.gpus.length === count
  const gpus = read.data.layout.gpus ?? (same ? layout.gpus : firstCards(machine, count))
  const cards = machine.gpus.filter(({ index }) => gpus.includes(index))
  const capability = lowestCapability(cards)
  const partition = knowsVariable(exactVersion(recipe.engine.version), partitionVariable)
    ? balancedPartition(model.architecture, {
        tensorParallel,
        pipelineParallel,
        capability: capability === null ? null : Number(capability),
      })
    : null
  const environment = { ...read.data.server.environment }
  if (partition) environment[partitionVariable] = partition.layers.join(',')
  const laidOut = withFields(read.data, { 'layout.gpus': [...gpus], 'server.environment': environment })
  const input = fitInputOf(laidOut, machine, model.architecture)
  const own = { ...layout, tensorParallel, pipelineParallel, gpus: [...gpus] }
  const length = read.data.layout.maxModelLen ?? 0
  const changed = {
    ...placement,
    layout: own,
    maxModelLen: length,
    utilization: read.data.layout.utilization ?? utilization,
    partition,
  }
  if (input === null) return changed
  const predicted = fit(input)
  const state = predicted.starts ? stateOf(predicted, length, recipe.workload.users) : 'no'
  return { ...changed, fit: predicted, state }
}

function firstCards(machine: Machine, count: number): number[] {
  return usableCards(machine)
    .slice(0, count)
    .map(({ index }) => index)
}
