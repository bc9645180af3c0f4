import { stat } from 'node:fs/promises'
import { gguf } from '@huggingface/gguf'
import { messageOf, Problem } from '../core/problem.ts'
import { architectureFromConfig } from '../knowledge/models/from-config.ts'
import { storedConfig } from '../knowledge/models/stored-config.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { Fetch } from './network.ts'

type Metadata = Readonly<Record<string, unknown>>

function numberOf(metadata: Metadata, name: string): number | undefined {
  const value = metadata[name]
  const read = typeof value === 'bigint' ? Number(value) : value
  // Some fields hold one value per layer; the largest is what memory has to be planned for.
  if (Array.isArray(read)) return Math.max(...read.map(Number).filter(Number.isFinite))
  return typeof read === 'number' ? read : undefined
}

function tokens(metadata: Metadata): number | undefined {
  const list = metadata['tokenizer.ggml.tokens']
  return Array.isArray(list) ? list.length : undefined
}

/** The fields of a GGUF header under the names of config.json (llama.cpp's gguf-py/gguf/constants.py). */
function configOf(metadata: Metadata, bytes: number): Record<string, unknown> {
  const type = String(metadata['general.architecture'] ?? 'llama')
  const field = (name: string): number | undefined => numberOf(metadata, `${type}.${name}`)
  return {
    model_type: type,
    hidden_size: field('embedding_length'),
    num_hidden_layers: field('block_count'),
    intermediate_size: field('feed_forward_length'),
    num_attention_heads: field('attention.head_count'),
    num_key_value_heads: field('attention.head_count_kv'),
    head_dim: field('attention.key_length'),
    v_head_dim: field('attention.value_length'),
    max_position_embeddings: field('context_length'),
    sliding_window: field('attention.sliding_window'),
    kv_lora_rank: field('attention.kv_lora_rank'),
    num_experts: field('expert_count'),
    num_experts_per_tok: field('expert_used_count'),
    moe_intermediate_size: field('expert_feed_forward_length'),
    vocab_size: field('vocab_size') ?? tokens(metadata),
    safetensors_total_bytes: bytes,
    quantization_config: { quant_method: 'gguf' },
  }
}

/**
 * Reads a GGUF file's header, from a path or a URL (a few MiB of it).
 * @param bytes Size of the file; needed for a URL.
 * @throws Problem (input) where it is no GGUF file.
 */
export async function readGguf(
  location: string,
  id: string,
  remote?: { fetch: Fetch; bytes: number; headers: Record<string, string> },
): Promise<Checkpoint> {
  const bytes = remote?.bytes ?? (await stat(location)).size
  const header = await (remote === undefined
    ? gguf(location, { allowLocalFile: true })
    : gguf(location, { fetch: remote.fetch, additionalFetchHeaders: remote.headers })
  ).catch((cause: unknown) => {
    throw new Problem({
      what: `${id} is not a GGUF file that can be read.`,
      why: messageOf(cause),
      next: 'Fetch it again, or give another file.',
      exit: 'input',
      cause,
    })
  })
  const config = configOf(Object.fromEntries(Object.entries(header.metadata)), bytes)
  return {
    id,
    source: remote === undefined ? 'local' : 'hub',
    format: 'gguf',
    revision: null,
    architecture: architectureFromConfig(config),
    config: storedConfig(config),
    bytes,
    downloadBytes: remote === undefined ? 0 : bytes,
    licence: null,
    gated: null,
    asOf: null,
    notes: [],
  }
}
