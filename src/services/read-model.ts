import type { ModelReading, ModelReference } from '#steps/model/reading.ts'
import { Problem } from '../core/problem.ts'
import type { Checkpoint } from '../models/checkpoint.ts'
import { readCheckpoint } from '../models/read-checkpoint.ts'
import type { StoredCheckpoint } from '../recipe/schema/model.ts'

/** Reads a model for the wizard and for plans: never throws, says what became of it. Weights are not downloaded. */
export async function readModel(
  { id, revision, file }: ModelReference,
  environment: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<ModelReading> {
  try {
    return readingOf(await readCheckpoint(id, { environment, revision, file, signal }))
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const { message: what, why, next, exit } = error
    return { state: exit === 'network' ? 'unknown' : 'refused', what, why, next }
  }
}

function readingOf({ source, config, ...read }: Checkpoint): ModelReading {
  if (config === null || source === 'catalogue' || source === 'similar')
    return {
      state: 'unknown',
      what: 'The hub does not answer.',
      why: read.notes.join(' '),
      next: 'Try again when the network is there, or give a local folder.',
    }
  const checkpoint: StoredCheckpoint = {
    from: source,
    read: new Date().toISOString().slice(0, 10),
    format: read.format,
    config: { ...config },
    ...(read.revision === null ? {} : { revision: read.revision }),
    ...(read.bytes === null ? {} : { weightBytes: read.bytes }),
    ...(read.downloadBytes === null ? {} : { downloadBytes: read.downloadBytes }),
    ...(read.licence === null ? {} : { licence: read.licence }),
    ...(read.gated === null ? {} : { gated: read.gated }),
  }
  return { state: 'read', checkpoint, notes: read.notes }
}
