import { findModel } from '../knowledge/models/catalogue.ts'
import { exactVersion } from '../knowledge/vllm/releases.ts'
import type { Machine } from '../machine/schema.ts'
import type { FieldPath } from '../recipe/fields.ts'
import type { Recipe } from '../recipe/schema/recipe.ts'
import type { Advice } from './advice.ts'
import { type KnownModel, symmetricOf } from './model-facts.ts'
import { type Placement, placementOf } from './placement.ts'
import { placementAsAsked } from './placement-as-asked.ts'
import { type CheckpointAdvice, checkpointAdvice } from './quantization.ts'

/** A published form of a model: what the catalogue, or the checkpoint itself, says of it. */
type Variant = Pick<KnownModel, 'id' | 'bytes' | 'family' | 'architecture' | 'quantization'>

export type VariantVerdict = {
  readonly variant: Variant
  readonly state: 'ok' | 'tight' | 'no'
  readonly checkpoint: CheckpointAdvice
  /** Why its method does not run here; null where it does. */
  readonly refusal: Advice | null
  /** How it lies on the cards; null where there is none to lay it on. */
  readonly placement: Placement | null
}

const order = { ok: 0, tight: 1, no: 2 } as const

/** The model itself, then the other forms that are known of it. */
export function variantsOf(model: KnownModel): readonly [KnownModel, ...Variant[]] {
  return [model, ...model.variants.map(findModel).filter((variant) => variant !== null)]
}

/**
 * A variant in short, beside the model that it is a form of: `GPTQ-Int8`, `AWQ-INT4`, `FP8-dynamic`. One whose name does not
 * continue the model's keeps its whole name.
 */
export function variantLabel(variant: Pick<Variant, 'id'>, model: Pick<KnownModel, 'id'>): string {
  if (variant.id === model.id) return 'as published'
  const [own, theirs] = [nameParts(model.id).name, nameParts(variant.id).name]
  const at = theirs.toLowerCase().indexOf(own.toLowerCase())
  const rest = at === -1 ? '' : theirs.slice(at + own.length).replace(/^[-_.]+/, '')
  return rest === '' ? theirs : rest
}

/** Who published a variant, where that is another than the model's own publisher; null where it is the same. */
export function variantOwner(variant: Pick<Variant, 'id'>, model: Pick<KnownModel, 'id'>): string | null {
  const { owner } = nameParts(variant.id)
  return owner === nameParts(model.id).owner ? null : owner
}

function nameParts(id: string): { owner: string; name: string } {
  const parts = id.split('/').filter((part) => part !== '')
  return { owner: parts.at(-2) ?? '', name: parts.at(-1) ?? id }
}

/**
 * Which form of a model runs here with the engine of the recipe, the best first: what fits before what is tight, and among those the
 * larger, because it is the closer to the original.
 *
 * @param asked settings that the operator gave by hand; the layout follows from them.
 */
export function rankVariants(
  model: KnownModel,
  machine: Machine,
  recipe: Recipe,
  asked: Readonly<Record<FieldPath, unknown>> = {},
): VariantVerdict[] {
  return variantsOf(model)
    .map((variant) => judge(variant, machine, recipe, asked))
    .toSorted((a, b) => order[a.state] - order[b.state] || b.variant.bytes - a.variant.bytes)
}

/** The form to recommend of those ranked. Who names a quantized checkpoint wants that one, as long as it runs. */
export function preferredVariant(ranked: readonly VariantVerdict[], model: KnownModel): VariantVerdict | undefined {
  const own = ranked.find(({ variant }) => variant.id === model.id)
  if (ranked[0]?.state === 'no') return own
  return model.quantization !== null && own?.state !== 'no' ? own : ranked[0]
}

function judge(
  variant: Variant,
  machine: Machine,
  recipe: Recipe,
  asked: Readonly<Record<FieldPath, unknown>>,
): VariantVerdict {
  const question = { machine, model: variant, recipe }
  const advised = placementOf(question)
  const placement = advised && placementAsAsked(advised, question, asked)
  const checkpoint = checkpointAdvice({
    method: variant.quantization,
    machine,
    version: exactVersion(recipe.engine.version),
    family: variant.family,
    bits: variant.architecture.quantization?.bits,
    symmetric: symmetricOf(variant.architecture),
  })
  const refusal = checkpoint.why.find(({ kind }) => kind === 'refuse') ?? null
  const state = refusal || !placement || placement.state === 'no' ? 'no' : placement.state === 'fits' ? 'ok' : 'tight'
  return { variant, state, checkpoint, refusal, placement }
}
