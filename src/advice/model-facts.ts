import type { ModelArchitecture } from '../knowledge/models/architecture.ts'
import { findModel } from '../knowledge/models/catalogue.ts'
import { parameterCounts, totalParameters } from '../knowledge/models/parameters.ts'
import { storedBytes } from '../knowledge/models/stored-bytes.ts'
import { architectureOfStored } from '../knowledge/models/stored-config.ts'
import type { StoredCheckpoint } from '../recipe/schema/model.ts'
import type { Recipe } from '../recipe/schema/recipe.ts'
import type { ModelFacts } from './contradictions/recipe-facts.ts'

/** A model whose shape is known: from what was read of its checkpoint, else from the shipped catalogue. */
export type KnownModel = {
  readonly id: string
  readonly family: string
  readonly architecture: ModelArchitecture
  readonly parameters: number
  /** Bytes of the weights that an engine reads. */
  readonly bytes: number
  readonly downloadBytes: number
  readonly contextTokens: number | null
  /** The checkpoint's own method; null: not quantized. */
  readonly quantization: string | null
  /** Ids of the same model in other number formats, in the catalogue. */
  readonly variants: readonly string[]
  /** Null: not known. */
  readonly gated: boolean | null
  readonly from: 'catalogue' | StoredCheckpoint['from']
}

/** What is known of a recipe's model; null for the proof model, Ollama's names, and what nobody has read yet. */
export function knownModel(model: Recipe['model']): KnownModel | null {
  if (model.source !== 'hub' && model.source !== 'local') return null
  if (model.checkpoint) return fromCheckpoint(model.id, model.checkpoint)
  const found = model.source === 'hub' ? findModel(model.id) : null
  return found && { ...found, downloadBytes: found.bytes, from: 'catalogue' }
}

/** A checkpoint in a recipe may come from anywhere: one that describes no model is none. */
function fromCheckpoint(id: string, checkpoint: StoredCheckpoint): KnownModel | null {
  const architecture = architectureOf(checkpoint)
  if (architecture === null) return null
  const bytes = checkpoint.weightBytes ?? storedBytes(architecture)
  return {
    id,
    family: architecture.modelType ?? 'unknown',
    architecture,
    parameters: architecture.parametersTotal ?? totalParameters(parameterCounts(architecture)),
    bytes,
    downloadBytes: checkpoint.downloadBytes ?? (checkpoint.from === 'local' ? 0 : bytes),
    contextTokens: architecture.maxPositionEmbeddings,
    quantization: architecture.quantization?.method ?? null,
    variants: [],
    gated: checkpoint.gated ?? null,
    from: checkpoint.from,
  }
}

function architectureOf({ config }: StoredCheckpoint): ModelArchitecture | null {
  try {
    return architectureOfStored(config)
  } catch {
    return null
  }
}

/** What decides whether a recipe's model contradicts the rest of it; nothing where the model is not known. */
export function modelFacts({ model }: Pick<Recipe, 'model'>): ModelFacts {
  const known = knownModel(model)
  if (known === null) return {}
  return {
    architecture: known.architecture,
    bytes: known.downloadBytes,
    symmetric: symmetricOf(known.architecture),
  }
}

/** Whether a GPTQ checkpoint is symmetric: a zero point per group is what its scale of more than 16 bits holds; null for others. */
export function symmetricOf({ quantization }: ModelArchitecture): boolean | null {
  return quantization?.method === 'gptq' ? quantization.groupBits <= 16 : null
}
