import type { CatalogueModel } from '../knowledge/models/catalogue.ts'
import { knowsVariable } from '../knowledge/vllm/names.ts'
import { exactVersion } from '../knowledge/vllm/releases.ts'
import type { Machine } from '../machine/schema.ts'
import type { Recipe } from '../recipe/schema/recipe.ts'
import type { Advice } from './advice.ts'
import { fit } from './fit/fit.ts'
import type { Fit } from './fit/input.ts'
import { balancedPartition, type Partition, partitionVariable } from './fit/partition.ts'
import { fittingSequences } from './fit/states.ts'
import { memoryOf } from './layout/cards.ts'
import { type LayoutAdvice, layoutsFor } from './layout/layout.ts'
import { layoutModelOf } from './layout/model.ts'
import { layoutForRoom } from './layout/reasons.ts'
import { fewerSequences, fewerSequencesAdvice } from './sequences.ts'
import { utilizationAdvice } from './utilization.ts'

/** How a model would lie on the cards of a machine. */
export type Placement = {
  layout: LayoutAdvice
  /** The length to set, tokens: what was wished for, or the longest that fits. */
  maxModelLen: number
  utilization: number
  /** Why that utilization and that limit of requests, where they are not the release's own, and why not the fastest layout. */
  settingsWhy: readonly Advice[]
  /** Requests at once to set, where the engine's own number would be refused; null: leave it to the engine. */
  maxNumSeqs: number | null
  /** Other than equal shares of layers over the stages, where they help; null: equal ones. */
  partition: Partition | null
  fit: Fit
  /**
   * fits: the wished length and users, also at the low end of what is predicted; likely: in the middle of it. tight: less than was
   * wished. no: does not start.
   */
  state: 'fits' | 'likely' | 'tight' | 'no'
}

type PlacementWish = {
  machine: Machine
  model: Pick<CatalogueModel, 'architecture' | 'bytes'>
  recipe: Pick<Recipe, 'engine' | 'workload' | 'quantization'>
}

/** A length of less is of no use to anybody. */
const shortestLength = 512

/**
 * The fewest cards that hold the wished length for the wished users, laid out the fastest way; failing that, the layout with the
 * longest length. Null where the machine has no cards to lay anything on.
 */
export function placementOf({ machine, model, recipe }: PlacementWish): Placement | null {
  const eager = recipe.engine.compilation === 'none'
  const layouts = layoutsFor({
    machine,
    model: layoutModelOf(model.architecture, model.bytes, exactVersion(recipe.engine.version)),
    eager,
  }).filter(({ valid }) => valid)
  const counts = [...new Set(layouts.map(({ gpus }) => gpus.length))].toSorted((a, b) => a - b)
  const choices: Placement[] = []
  for (const count of counts) {
    const alike = layouts.filter(({ gpus }) => gpus.length === count)
    const best = bestOf(placeUntilSure(alike, { machine, model, recipe }))
    if (best?.state === 'fits') return best
    if (best) choices.push(best)
  }
  return longest(choices) ?? null
}

/** Placements of layouts, the fastest first, as far as one that surely fits. */
function placeUntilSure(layouts: readonly LayoutAdvice[], wish: PlacementWish): Placement[] {
  const placements: Placement[] = []
  for (const layout of layouts) {
    const placement = place(layout, wish)
    if (placement) placements.push(placement)
    if (placement?.state === 'fits') break
  }
  return placements
}

/** What a slower layout may cost for the certainty that it fits. */
const worthWaiting = 1.5

/** Of placements on as many cards, the fastest first: the one that surely fits, unless one that likely fits is much faster. */
function bestOf(placements: readonly Placement[]): Placement | undefined {
  const sure = placements.find(({ state }) => state === 'fits')
  const likely = placements.find(({ state }) => state === 'likely')
  const isWorthIt = sure && likely && likely.layout.requestSeconds * worthWaiting < sure.layout.requestSeconds
  const best = (isWorthIt ? likely : sure) ?? likely ?? longest(placements)
  const fastest = placements[0]
  if (best === undefined || fastest === undefined || best === fastest) return best
  return { ...best, settingsWhy: [layoutForRoom(best.layout, fastest.layout), ...best.settingsWhy] }
}

function longest(placements: readonly Placement[]): Placement | undefined {
  return placements.toSorted((a, b) => b.maxModelLen - a.maxModelLen)[0]
}

function place(layout: LayoutAdvice, { machine, model, recipe }: PlacementWish): Placement | null {
  const cards = machine.gpus.filter(({ index }) => layout.gpus.includes(index))
  const smallest = cards
    .flatMap((gpu) => {
      const memory = memoryOf(gpu, machine)
      return memory === null ? [] : [{ gpu, ...memory }]
    })
    .toSorted((a, b) => a.freeBytes - b.freeBytes)[0]
  if (smallest === undefined) return null
  const { gpu, totalBytes, freeBytes: free } = smallest
  const longest = model.architecture.maxPositionEmbeddings ?? 32_768
  const wished = Math.min(recipe.workload.contextTokens, longest)
  const version = exactVersion(recipe.engine.version)
  const { utilization, why } = utilizationAdvice(machine, cards, version)
  const partition = knowsVariable(version, partitionVariable)
    ? balancedPartition(model.architecture, {
        tensorParallel: layout.tensorParallel,
        pipelineParallel: layout.pipelineParallel,
        capability: gpu.capability.value === null ? null : Number(gpu.capability.value),
      })
    : null
  const input = {
    architecture: model.architecture,
    gpu: {
      name: gpu.name.value ?? '',
      totalBytes,
      freeBytes: free,
      ...(gpu.capability.value === null ? {} : { capability: gpu.capability.value }),
    },
    gpus: cards.length,
    tensorParallel: layout.tensorParallel,
    pipelineParallel: layout.pipelineParallel,
    ...(partition === null ? {} : { layersPerStage: partition.layers }),
    vllmVersion: version,
    utilization,
    kvCacheDtype: recipe.quantization.kvCacheDtype,
    enforceEager: recipe.engine.compilation === 'none',
    ...(recipe.engine.generation === 'v0' ? { engine: 'V0' as const } : {}),
  }
  const byStates = fittingSequences({ ...input, maxModelLen: wished })
  const attempt = (maxNumSeqs: number | null): Placement => {
    const asked = maxNumSeqs === null ? input : { ...input, maxNumSeqs }
    const chosen = { layout, utilization, settingsWhy: why, maxNumSeqs, partition }
    const atWish = fit({ ...asked, maxModelLen: wished })
    if (atWish.starts) {
      return { ...chosen, maxModelLen: wished, fit: atWish, state: stateOf(atWish, wished, recipe.workload.users) }
    }
    // Head-room below the longest that would just fit: what is predicted has a range.
    const length = Math.floor(Math.min(atWish.range.maxModelLen.low, wished) / 256) * 256
    if (length < shortestLength) return { ...chosen, maxModelLen: 0, fit: atWish, state: 'no' }
    const shorter = fit({ ...asked, maxModelLen: length })
    return { ...chosen, maxModelLen: length, fit: shorter, state: shorter.starts ? 'tight' : 'no' }
  }
  return withFewerSequences(attempt(byStates), recipe.workload.users, attempt)
}

/** How sure a start is that is predicted. */
export function stateOf(predicted: Fit, wished: number, users: number): 'fits' | 'likely' | 'tight' {
  if (predicted.concurrency < users) return 'tight'
  return predicted.range.maxModelLen.low >= wished ? 'fits' : 'likely'
}

const surety = { fits: 3, likely: 2, tight: 1, no: 0 } as const

/** The placement with a lower limit of requests at once, where only that makes room for what is wished. */
function withFewerSequences(usual: Placement, users: number, attempt: (maxNumSeqs: number) => Placement): Placement {
  const { graphs } = usual.fit.parts
  if (usual.state === 'fits' || graphs === 0) return usual
  let best = usual
  for (const limit of fewerSequences(users, usual.maxNumSeqs)) {
    const next = attempt(limit)
    const gain = surety[next.state] - surety[best.state]
    if (gain < 0 || (gain === 0 && next.maxModelLen <= best.maxModelLen)) continue
    best = {
      ...next,
      settingsWhy: [...next.settingsWhy, fewerSequencesAdvice(limit, graphs - next.fit.parts.graphs)],
    }
    if (next.state === 'fits') break
  }
  return best
}
