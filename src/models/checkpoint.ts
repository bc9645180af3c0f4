import type { ModelArchitecture } from '../knowledge/models/architecture.ts'

/** What a checkpoint says about itself before anything large is downloaded. */
export type Checkpoint = {
  /** As it was asked for. */
  readonly id: string
  /** cache: the hub library's own folder. catalogue: what rigup ships. similar: a sibling in the catalogue, by the name alone. */
  readonly source: 'hub' | 'modelscope' | 'local' | 'cache' | 'catalogue' | 'similar'
  readonly format: 'safetensors' | 'gguf' | 'pytorch' | 'unknown'
  /** Commit on the hub. */
  readonly revision: string | null
  readonly architecture: ModelArchitecture
  /** What its config.json says of that, for keeping; null where the architecture is not its own (catalogue, similar). */
  readonly config: Readonly<Record<string, unknown>> | null
  /** Bytes of the weight files that an engine reads; null: not known. */
  readonly bytes: number | null
  /** Bytes of everything a download of the repository fetches; null: not known. */
  readonly downloadBytes: number | null
  readonly licence: string | null
  readonly gated: boolean | null
  /** The day of what is told, where it does not come from the checkpoint itself (ISO date). */
  readonly asOf: string | null
  /** What the operator should know: `from the catalogue of 2026-11-21, because the hub does not answer`. */
  readonly notes: readonly string[]
}

/** A file of a repository or folder. */
export type CheckpointFile = { readonly path: string; readonly bytes: number }

type Weights = {
  readonly format: Checkpoint['format']
  readonly bytes: number | null
}

/** Which files an engine reads as weights, and their bytes. Copies in other formats (`original/`, `consolidated`) do not count twice. */
export function weightsOf(files: readonly CheckpointFile[]): Weights {
  const top = files.filter((file) => !file.path.includes('/'))
  const sum = (chosen: readonly CheckpointFile[]): number => chosen.reduce((total, file) => total + file.bytes, 0)
  const safetensors = top.filter(
    (file) => file.path.endsWith('.safetensors') && !/^(consolidated|adapter)/.test(file.path),
  )
  if (safetensors.length > 0) return { format: 'safetensors', bytes: sum(safetensors) }
  const consolidated = top.filter((file) => /^consolidated.*\.safetensors$/.test(file.path))
  if (consolidated.length > 0) return { format: 'safetensors', bytes: sum(consolidated) }
  const bin = top.filter((file) => /^pytorch_model.*\.bin$/.test(file.path))
  if (bin.length > 0) return { format: 'pytorch', bytes: sum(bin) }
  if (files.some((file) => file.path.endsWith('.gguf'))) return { format: 'gguf', bytes: null }
  return { format: 'unknown', bytes: null }
}

// config.json may leave the quantization to a file of its own: AutoGPTQ's, and ModelOpt's.
export const quantizationFiles = ['quantize_config.json', 'hf_quant_config.json'] as const

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** config.json with the quantization of its side file, and the bytes of the weights, filled in. */
export function completeConfig(
  config: unknown,
  side: { name: string; content: unknown } | null,
  bytes: number | null,
): unknown {
  if (!isRecord(config)) return config
  const known = config.quantization_config ?? config.compression_config
  const own = side !== null && isRecord(side.content) ? side.content : null
  const nested = own !== null && isRecord(own.quantization) ? { quant_method: 'modelopt', ...own.quantization } : null
  const added = known !== undefined || own === null ? known : (nested ?? { quant_method: 'gptq', ...own })
  return {
    ...config,
    ...(added === undefined ? {} : { quantization_config: added }),
    ...(bytes === null ? {} : { safetensors_total_bytes: bytes }),
  }
}
