import { formatBytes, GiB } from '../../core/bytes.ts'
import type { Advice } from '../advice.ts'
import { makeAdvice } from '../make-advice.ts'

export type DiskInput = {
  /** Bytes that the download fetches; null: not known. */
  readonly downloadBytes: number | null
  /** Free on the filesystem of the hub's cache, bytes; null: not known. */
  readonly freeBytes: number | null
  /** Where that is, for the operator. */
  readonly path: string
}

// The hub's library writes each file once, under a temporary name; this is for logs, locks and what else shares the disk.
const margin = 2 * GiB

/** Says before the download whether its disk is large enough. Empty where the sizes are not known or there is plenty. */
export function diskAdvice({ downloadBytes, freeBytes, path }: DiskInput): Advice[] {
  if (downloadBytes === null || freeBytes === null || downloadBytes + margin <= freeBytes) return []
  const source = {
    title: 'huggingface_hub: manage the cache',
    reference: 'https://huggingface.co/docs/huggingface_hub/guides/manage-cache',
  }
  const short = downloadBytes > freeBytes
  return [
    makeAdvice(
      short ? 'refuse' : 'warn',
      {
        id: 'model-disk',
        about: 'model.id',
        what: short
          ? 'Make room for the model before it is downloaded.'
          : 'The disk is nearly full once the model is there.',
        why: `The download takes ${formatBytes(downloadBytes)}, and ${path} has ${formatBytes(freeBytes)} free.`,
        source,
      },
      {
        facts: ['filesystems', 'locations.modelCache'],
        instead: 'Set HF_HOME to a larger disk, or choose a smaller checkpoint.',
      },
    ),
  ]
}
