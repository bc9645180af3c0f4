/**
 * Makes src/knowledge/data/models.json, the catalogue that planning uses without a network, from a table of config.json facts:
 * one JSON object per line with `id`, the fields of config.json, `source` and `confidence`.
 *
 *   npm run knowledge:models [-- TABLE.jsonl]
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expandLists } from '../src/knowledge/models/compact-list.ts'
import { configSchema } from '../src/knowledge/models/config-schema.ts'
import { architectureFromConfig } from '../src/knowledge/models/from-config.ts'
import { parameterCounts, totalParameters } from '../src/knowledge/models/parameters.ts'

type Row = Readonly<Record<string, unknown>> & { readonly id: string }
type Stored = { id: string; config: Record<string, unknown>; source: string; confidence: string; like?: string }

const root = new URL('..', import.meta.url).pathname
const corpus = process.env.RIGUP_CORPUS ?? join(root, '..', 'shared', 'corpus')
const table = process.argv[2] ?? join(corpus, 'models', 'configs.jsonl')
const output = join(root, 'src/knowledge/data/models.json')

const keptVision = ['hidden_size', 'num_layers', 'intermediate_size', 'patch_size', 'image_size', 'spatial_merge_size']
// Known from the name, and asked for by nobody who serves text.
const notServed = /medusa|eagle|-draft|random/i

// What the table lacks or has wrong, as the model's own config.json has it.
const corrections: Readonly<Record<string, Record<string, unknown>>> = {
  'deepseek-ai/DeepSeek-V3-0324': { num_experts: 256 },
  'ByteDance-Seed/Seed-OSS-36B-Instruct': { head_dim: 128 },
  'lmsys/gpt-oss-20b-bf16': { intermediate_size: 2880, num_experts_per_tok: 4, sliding_window: 128 },
  'Qwen/Qwen3.5-0.8B': { tie_word_embeddings: true },
  // Value heads, 2B: its config.json. 4B: blocks of 528 tokens, as a log states, are those of 32 states of 128 x 128 and no other.
  'Qwen/Qwen3.5-2B': { tie_word_embeddings: true, linear_num_value_heads: 16 },
  'Qwen/Qwen3.5-4B': { tie_word_embeddings: true, linear_num_value_heads: 32 },
  'microsoft/Phi-3-medium-128k-instruct': { intermediate_size: 17920, vocab_size: 32064 },
  'microsoft/Phi-3-medium-4k-instruct': { intermediate_size: 17920, vocab_size: 32064 },
  // The hub's total counts the weights a second time, in the `original` folder.
  'openai/gpt-oss-20b': { safetensors_total_bytes: null },
  'openai/gpt-oss-120b': { safetensors_total_bytes: null },
  // The defaults of a library's class, which are those of a sibling.
  'bigcode/starcoder2-3b': {
    hidden_size: 3072,
    intermediate_size: 12288,
    num_hidden_layers: 30,
    num_attention_heads: 24,
    num_key_value_heads: 2,
  },
  'allenai/OLMoE-1B-7B-0924': { intermediate_size: 1024 },
  // Its shared block is stored once and used many times.
  'Zyphra/Zamba-7B-v1': { safetensors_total_bytes: 14_500_000_000 },
  // The width of the experts, as its successor of the same shape has it.
  'stepfun-ai/Step-3.5-Flash': {
    intermediate_size: 11264,
    moe_intermediate_size: 1280,
    num_experts_per_tok: 8,
    n_shared_experts: 1,
    share_expert_dim: 1280,
    first_k_dense_replace: 3,
  },
  // An operator graph has no pooling of the indexer's keys; four tokens a pool give the 55.15 requests that a log states.
  'zai-org/GLM-5.3-Flash': { index_kpool: 4 },
  'Nanbeige/Nanbeige4.1-3B': {
    architectures: ['LlamaForCausalLM'],
    intermediate_size: 10496,
    vocab_size: 166144,
    tie_word_embeddings: false,
    safetensors_total_bytes: null,
  },
  // Text and image experts differ in width: only the name says how large it is.
  'baidu/ERNIE-4.5-VL-28B-A3B-PT': { moe_intermediate_size: 1536 },
}

// Variants that the table lacks, with what their publisher's config.json says beside the shape they share.
const additions: readonly (Row & { readonly like: string })[] = [
  ['AWQ', { method: 'awq', bits: 4, group_size: 128, zero_point: true }],
  ['GPTQ-Int4', { method: 'gptq', bits: 4, group_size: 128, sym: true }],
  ['GPTQ-Int8', { method: 'gptq', bits: 8, group_size: 128, sym: true }],
].map(([suffix, quantization]) => ({
  id: `Qwen/Qwen2.5-72B-Instruct-${suffix}`,
  like: 'Qwen/Qwen2.5-72B-Instruct',
  // Padded by the publisher, so that groups of 128 divide it over 2, 4 and 8 cards.
  intermediate_size: 29696,
  quantization,
  source: `shape of Qwen/Qwen2.5-72B-Instruct, padded; model card of Qwen/Qwen2.5-72B-Instruct-${suffix}`,
  confidence: 'derived',
}))

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The table's short form of a quantization, in config.json's own spelling. */
function quantizationConfig(row: Row, short: Record<string, unknown>): Record<string, unknown> {
  const {
    method,
    groups,
    kv_cache: kvCache,
    ignore_count: ignored,
    quantized_layers: _layers,
    note: _note,
    ...rest
  } = short
  const algorithm = typeof rest.quant_algo === 'string'
  const written: Record<string, unknown> = {
    quant_method: algorithm ? 'modelopt' : String(method).toLowerCase(),
    ...rest,
  }
  for (const name of ['activation_scheme', 'fmt', 'version', 'desc_act', 'scale_fmt', 'kv_cache_quant_algo'])
    if (name !== 'kv_cache_quant_algo' || isRecord(kvCache)) delete written[name]
  if (method === 'nvfp4') Object.assign(written, { quant_method: 'modelopt', quant_algo: 'NVFP4' })
  // ModelOpt lists router and attention of every layer where it leaves the attention alone, and only the router where not.
  if (algorithm && Number(ignored) > 1.5 * Number(row.num_hidden_layers)) written.ignore = ['*self_attn*']
  if (written.quant_method === 'compressed-tensors' && Number(rest.bits) === 4) {
    // LLM Compressor's recipes: AWQ keeps zero points, and linear attention is left alone (its Qwen3-Next example).
    const weights = {
      num_bits: 4,
      type: 'int',
      strategy: 'group',
      group_size: rest.group_size ?? 128,
      symmetric: !/awq/i.test(row.id),
    }
    if (written.format !== 'nvfp4-pack-quantized') written.config_groups = { group_0: { weights } }
    if (row.linear_num_value_heads !== undefined) written.ignore = ['re:.*linear_attn.*']
  }
  if (isRecord(kvCache)) written.kv_cache_scheme = kvCache
  if (Array.isArray(groups) && !algorithm)
    written.config_groups = Object.fromEntries(
      groups.filter(isRecord).map((group, index) => [`group_${index}`, { weights: group.w }]),
    )
  return written
}

/** The blocks of a pruned model, from counts of each kind: their order does not matter for memory. */
function blocks(counts: Record<string, unknown>): unknown[] {
  const spread = (name: string): string[] =>
    Object.entries(isRecord(counts[name]) ? counts[name] : {}).flatMap(([value, times]) =>
      Array.from({ length: Number(times) }, () => value),
    )
  const groups = spread('n_heads_in_group')
  return spread('ffn_mult').map((multiplier, index) => ({
    attention: groups[index] === undefined ? { no_op: true } : { n_heads_in_group: Number(groups[index]) },
    ffn: { ffn_mult: Number(multiplier) },
  }))
}

function compact(value: unknown): unknown {
  if (!isRecord(value) || !('counts' in value)) return value
  const { counts, ...rest } = value
  if (Object.keys(rest).length > 0) return rest
  const entries = Object.entries(isRecord(counts) ? counts : {})
  return { runs: entries.map(([name, times]) => [Number.isNaN(Number(name)) ? name : Number(name), times]) }
}

/** Only what `architectureFromConfig` reads, without what merely repeats a default. */
function storedConfig(row: Row): Record<string, unknown> {
  const config: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(row)) {
    if (!(name in configSchema.shape) || value === null || value === undefined) continue
    if (name === 'quantization_config' || (name === 'head_dim' && typeof value !== 'number')) continue
    if (name === 'has_vision' && value === false) continue
    config[name] = compact(value)
  }
  if (typeof row.weights_gb_stated === 'number' && config.safetensors_total_bytes === undefined)
    config.safetensors_total_bytes = row.weights_gb_stated * 1e9
  // Where the widths are missing, the name's own figure is all there is.
  const named = /[-_](\d+(?:\.\d+)?)b(?![a-z])/i.exec(row.id)?.[1]
  const incomplete =
    config.intermediate_size === undefined &&
    config.num_experts === undefined &&
    config.linear_num_value_heads === undefined
  if (incomplete && named !== undefined && config.safetensors_total_bytes === undefined)
    config.safetensors_total_bytes = Number(named) * 1e9 * (row.quantization === undefined ? 2 : 1)
  if (isRecord(row.block_configs)) config.block_configs = blocks(row.block_configs)
  if (isRecord(row.quantization)) config.quantization_config = quantizationConfig(row, row.quantization)
  if (isRecord(row.vision_config)) {
    const vision = row.vision_config
    config.vision_config = Object.fromEntries(
      keptVision.filter((name) => name in vision).map((name) => [name, vision[name]]),
    )
  }
  return config
}

function isServed(row: Row): boolean {
  return (
    row.draft_model !== true &&
    !notServed.test(row.id) &&
    /^[\w.-]+\/[\w.-]+$/.test(row.id) &&
    row.attention_layers === undefined
  )
}

/** Siblings share most of their config: only what differs from the first of the same shape is stored. */
function shared(models: Stored[]): Stored[] {
  const first = new Map<string, Stored>()
  return models.map((model) => {
    const { quantization_config: _q, safetensors_total_bytes: _b, parameters_total: _p, ...shape } = model.config
    const key = JSON.stringify(shape)
    const sibling = first.get(key)
    if (sibling === undefined) {
      first.set(key, model)
      return model
    }
    const own = Object.fromEntries(Object.entries(model.config).filter(([name]) => !(name in shape)))
    return { ...model, like: sibling.id, config: own }
  })
}

const lines = (await readFile(table, 'utf8')).split('\n').filter((line) => line.trim() !== '')
const listed = lines.map((line): Row => JSON.parse(line))
const rows = [
  ...listed,
  ...additions
    .filter(({ id }) => !listed.some((row) => row.id === id))
    .map(({ like, ...row }): Row => ({ ...listed.find(({ id }) => id === like), ...row })),
]
const kept: Stored[] = []
const refused: string[] = []
for (const read of rows.toSorted((a, b) => a.id.localeCompare(b.id, 'en'))) {
  const row: Row = {
    ...read,
    ...corrections[read.id],
    ...(read.block_configs === undefined ? {} : { attention_layers: undefined }),
  }
  if (!isServed(row)) {
    refused.push(`${row.id}: not served, or its layers are not known`)
    continue
  }
  const config = storedConfig(row)
  try {
    const architecture = architectureFromConfig(expandLists(config, Number(config.num_hidden_layers)))
    if (!(totalParameters(parameterCounts(architecture)) > 1e6)) throw new Error('no parameters')
    kept.push({
      id: row.id,
      config,
      source: String(row.source).replace(/^public file index.*/, 'a public copy of its config.json'),
      confidence: String(row.confidence),
    })
  } catch (error) {
    refused.push(`${row.id}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
const date = new Date().toISOString().slice(0, 10)
const text = shared(kept)
  .map((model) => JSON.stringify(model))
  .join(',\n')
await writeFile(output, `{"date":"${date}","models":[\n${text}\n]}\n`)
console.log(`${kept.length} models, ${(text.length / 1024).toFixed(0)} KiB; left out ${refused.length}`)
for (const line of refused) console.log(`  ${line}`)
