import type { ModelArchitecture } from './architecture.ts'
import { compactList, expandLists } from './compact-list.ts'
import { readConfig } from './config-schema.ts'
import { architectureFromConfig } from './from-config.ts'
import { record } from './values.ts'

const ropeFields = ['rope_type', 'type', 'factor', 'original_max_position_embeddings']
const visionFields = [
  'embed_dim',
  'hidden_size',
  'width',
  'depth',
  'num_hidden_layers',
  'num_layers',
  'layers',
  'intermediate_size',
  'patch_size',
  'spatial_patch_size',
  'image_size',
  'spatial_merge_size',
  'deepstack_visual_indexes',
]
const quantizationFields = [
  'quant_method',
  'quant_algo',
  'format',
  'bits',
  'w_bit',
  'group_size',
  'q_group_size',
  'zero_point',
  'sym',
  'load_in_4bit',
  'weight_block_size',
  'config_groups',
  'kv_cache_scheme',
  'kv_cache_quant_algo',
]
const ignoreFields = ['ignore', 'ignored_layers', 'exclude_modules', 'modules_to_not_convert']

/**
 * The part of a config.json that says something about memory and support, short enough for a recipe: the same architecture follows
 * from it. Empty where there is nothing to keep.
 */
export function storedConfig(input: unknown): Record<string, unknown> {
  const config = readConfig(input)
  if (config === null) return {}
  const layers = config.num_hidden_layers ?? config.n_layer ?? config.num_layers ?? 0
  const entries = Object.entries(config).flatMap(([name, value]) => {
    const kept = shortened(name, value, layers)
    return kept === undefined ? [] : [[name, kept]]
  })
  return Object.fromEntries(entries)
}

/**
 * The architecture of a stored config.
 * @throws Problem (input) where it describes no language model: a recipe may come from anywhere.
 */
export function architectureOfStored(config: Readonly<Record<string, unknown>>): ModelArchitecture {
  const layers = Number(config.num_hidden_layers ?? config.n_layer ?? config.num_layers)
  return architectureFromConfig(expandLists(config, Number.isInteger(layers) && layers < 1001 ? layers : 0))
}

function shortened(name: string, value: unknown, layers: number): unknown {
  if (name === 'rope_scaling' || name === 'rope_parameters') return only(value, ropeFields)
  if (name === 'vision_config') return only(value, visionFields)
  if (name === 'quantization_config' || name === 'compression_config') return quantization(value)
  return Array.isArray(value) ? compactList(value, layers) : value
}

/** Those fields of an object; undefined where it has none of them. */
function only(value: unknown, fields: readonly string[]): Record<string, unknown> | undefined {
  const object = record(value)
  const kept = Object.entries(object ?? {}).filter(([name, item]) => fields.includes(name) && item !== null)
  return kept.length === 0 ? undefined : Object.fromEntries(kept)
}

function quantization(value: unknown): Record<string, unknown> | undefined {
  const kept = only(value, quantizationFields)
  if (kept === undefined) return undefined
  for (const field of ignoreFields) {
    const names = record(value)?.[field]
    if (Array.isArray(names) && names.length > 0) kept[field] = patterns(names.map(String))
  }
  return kept
}

/** More names than this that differ in their numbers alone are a rule for all layers; fewer are exceptions. */
const exceptions = 8

function patterns(names: readonly string[]): string[] {
  const alike = Map.groupBy(names, (name) => name.replaceAll(/\d+/g, '*'))
  return [...alike].flatMap(([pattern, members]) => (members.length > exceptions ? [pattern] : members))
}
