import type { Advice } from '#src/advice/advice.ts'
import { partitionReason, partitionVariable } from '#src/advice/fit/partition.ts'
import { layoutName } from '#src/advice/layout/reasons.ts'
import type { KnownModel } from '#src/advice/model-facts.ts'
import type { Placement } from '#src/advice/placement.ts'
import { type VariantVerdict, variantLabel, variantOwner } from '#src/advice/variants.ts'
import { formatGiB } from '#src/core/bytes.ts'
import type { Machine } from '#src/machine/schema.ts'
import type { FieldPath } from '#src/recipe/fields.ts'
import type { Recipe } from '#src/recipe/schema/recipe.ts'
import type { Choice, MemoryUse } from '../step.ts'

/** The row of one form of a model, and what choosing it writes. */
export function variantChoice(
  verdict: VariantVerdict,
  model: Pick<KnownModel, 'id'>,
  machine: Machine,
  recipe: Recipe,
): Choice {
  const { variant, state, checkpoint, refusal, placement } = verdict
  const set: Record<FieldPath, unknown> = {
    'model.id': variant.id,
    'quantization.method': 'checkpoint',
    'quantization.dtype': checkpoint.dtype,
  }
  const owner = variantOwner(variant, model)
  if (placement) Object.assign(set, layoutFields(placement, machine, recipe))
  return {
    id: variant.id,
    cells: [
      owner === null ? variantLabel(variant, model) : `${variantLabel(variant, model)} (${owner})`,
      formatGiB(variant.bytes),
      checkpoint.kernel ?? '',
    ],
    state,
    note: refusal ? refusal.what.replace(/\.$/, '') : noteOf(placement),
    set,
    advice: [...(placement?.layout.why ?? []), ...checkpoint.why, ...placementAdvice(placement)],
  }
}

function noteOf(placement: Placement | null): string {
  if (!placement) return 'no card to lay it on'
  const { fit, state } = placement
  if (state === 'no') return reasonOf(fit)
  const users = `${fit.concurrency < 10 ? fit.concurrency.toFixed(1) : Math.floor(fit.concurrency)} users`
  if (state === 'tight') return `tight: ${placement.maxModelLen.toLocaleString('en')} tokens, ${users}`
  return `${state === 'likely' ? 'likely fits' : 'fits'}, ${users}`
}

/** Why it does not start, in a few words. */
function reasonOf(fit: Placement['fit']): string {
  const refusal = fit.reasons.find(({ kind }) => kind === 'refuse')?.id
  if (refusal === 'fit-too-long') return `too long: ${Math.max(0, fit.maxModelLen).toLocaleString('en')} tokens fit`
  if (refusal === 'fit-states') return 'too many requests at once'
  if (refusal === 'fit-busy') return 'more than is free on these cards'
  return refusal === 'fit-layout' ? 'not in this layout' : 'too large here'
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
  const { settingsWhy, partition, fit } = placement
  return [...settingsWhy, ...(partition ? [partitionReason(partition)] : []), ...fit.reasons]
}

/** The parts of a card's memory, for the bar, and the settings that they follow from. */
export function memoryUse({ fit, layout, maxModelLen, utilization, maxNumSeqs }: Placement): MemoryUse {
  const settings = [
    layoutName(layout),
    ...(maxModelLen > 0 ? [`length ${maxModelLen.toLocaleString('en')}`] : []),
    `utilization ${utilization.toFixed(2)}`,
    ...(maxNumSeqs === null ? [] : [`${maxNumSeqs} requests at once`]),
  ]
  const { weights, kvCache, graphs, activations, overhead, others, free } = fit.parts
  return {
    settings: settings.join('   '),
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
