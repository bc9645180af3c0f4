import * as z from 'zod'
import stored from '../data/models.json' with { type: 'json' }
import type { ModelArchitecture } from './architecture.ts'
import { expandLists } from './compact-list.ts'
import { architectureFromConfig } from './from-config.ts'
import { licenceOf } from './licences.ts'
import { parameterCounts, totalParameters } from './parameters.ts'
import { storedBytes } from './stored-bytes.ts'

type Entry = {
  readonly id: string
  readonly config: Readonly<Record<string, unknown>>
  readonly source: string
  /** config file: read from the model's own. table in code: from a project's table. derived: by a sibling of the same shape. */
  readonly confidence: 'config file' | 'table in code' | 'derived'
  /** The entry whose config this one shares. */
  readonly like?: string
}
// Made by scripts/knowledge-models.ts and checked by the tests: reading it through a full schema would cost every start 100 ms.
const fileSchema = z.object({ date: z.string(), models: z.array(z.custom<Entry>()) })

export type CatalogueModel = {
  /** Id on the Hugging Face hub. */
  readonly id: string
  /** The family's type: `qwen3`, `llama`, `gpt_oss`. */
  readonly family: string
  readonly parameters: number
  /** Bytes of the checkpoint: stated by a source, else counted from the shape. */
  readonly bytes: number
  readonly contextTokens: number | null
  readonly quantization: string | null
  /** Ids of the same model in other number formats. */
  readonly variants: readonly string[]
  readonly licence: string | null
  /** Whether the hub asks for an accepted licence and a token; null: not known. */
  readonly gated: boolean | null
  readonly confidence: Entry['confidence']
  readonly source: string
  readonly architecture: ModelArchitecture
}

const file = fileSchema.parse(stored)
const entries = new Map(file.models.map((entry) => [entry.id.toLowerCase(), entry]))

/** When the catalogue was made (ISO date). */
export const catalogueDate = file.date

function configOf(entry: Entry): Record<string, unknown> {
  const sibling = entry.like === undefined ? undefined : entries.get(entry.like.toLowerCase())
  const config = { ...(sibling === undefined ? {} : withoutOwn(sibling.config)), ...entry.config }
  return expandLists(config, Number(config.num_hidden_layers))
}

function withoutOwn(config: Record<string, unknown>): Record<string, unknown> {
  const {
    quantization_config: _quantization,
    safetensors_total_bytes: _bytes,
    parameters_total: _total,
    ...shape
  } = config
  return shape
}

// `Qwen3-8B-AWQ`, `Qwen3-8B-FP8-dynamic` and `Qwen3-8B` are one model.
const formats =
  /[-_.](awq|gptq|fp8|int4|int8|nvfp4|mxfp4|bf16|fp16|w4a16|w8a8|w8a16|quantized|bnb|4bit|8bit|block|dynamic|kv|autoround|marlin|qat|unsloth|autoawq|mlx|gguf)(?=[-_.]|$)/gi

function stemOf(id: string): string {
  const name = (id.split('/').at(-1) ?? id).toLowerCase()
  return name
    .replace(/^(meta-|nvidia-)/, '')
    .replace(formats, '')
    .replace(formats, '')
}

let stems: Map<string, Entry[]> | null = null

function entriesLike(id: string): readonly Entry[] {
  stems ??= Map.groupBy(file.models, (entry) => stemOf(entry.id))
  return stems.get(stemOf(id)) ?? []
}

function describe(entry: Entry): CatalogueModel {
  const architecture = architectureFromConfig(configOf(entry))
  return {
    id: entry.id,
    family: architecture.modelType ?? 'unknown',
    parameters: parametersOf(architecture),
    bytes: storedBytes(architecture),
    contextTokens: architecture.maxPositionEmbeddings,
    quantization: architecture.quantization?.method ?? null,
    variants: entriesLike(entry.id)
      .map((other) => other.id)
      .filter((id) => id !== entry.id),
    ...licenceOf(entry.id),
    confidence: entry.confidence,
    source: entry.source,
    architecture,
  }
}

/** Parameters: as stated, else counted; where the stated bytes fit no format, the shape is incomplete and they say more. */
function parametersOf(architecture: ModelArchitecture): number {
  const counted = totalParameters(parameterCounts(architecture))
  const stated = architecture.safetensorsBytes
  if (architecture.parametersTotal !== null || stated === null) return architecture.parametersTotal ?? counted
  const bytesEach = stated / counted
  const least = architecture.quantization === null ? 1 : 0
  return bytesEach > 4.5 || bytesEach < least ? Math.round(stated / 2) : counted
}

const described = new Map<string, CatalogueModel>()

function model(entry: Entry): CatalogueModel {
  const known = described.get(entry.id) ?? describe(entry)
  described.set(entry.id, known)
  return known
}

// `/models/Qwen3-14B`, `models--Qwen--Qwen3-14B`, and ModelScope's cache spelling `Qwen2___5-3B`.
function bareName(id: string): string {
  const last = id.split(/[/\\]|--/).findLast((part) => part !== '') ?? id
  return last.replaceAll('___', '.').toLowerCase()
}

/**
 * The model of that id, whatever its case. A name without an owner (a bare name, a local folder, a cache folder) is the first of that
 * name; with an owner it has to be that owner's. Null where the catalogue has none.
 */
export function findModel(id: string): CatalogueModel | null {
  const asked = id.trim()
  const exact = entries.get(asked.toLowerCase())
  if (exact !== undefined) return model(exact)
  if (/^[^/\\.~]+\/[^/\\]+$/.test(asked) && !asked.startsWith('models--')) return null
  const name = bareName(asked)
  const first = file.models.find((entry) => bareName(entry.id) === name)
  return first === undefined ? null : model(first)
}

/** Models whose name is the same but for the number format and the owner. */
export function modelsLike(id: string): CatalogueModel[] {
  return entriesLike(bareName(id)).map(model)
}

/** The ids of the catalogue, in its order; cheap, where the models themselves are not needed. */
export function listModelIds(): string[] {
  return file.models.map(({ id }) => id)
}

/** Every model of the catalogue, ordered by id. */
export function listModels(): CatalogueModel[] {
  return file.models.map(model)
}
