import type { Operation } from '../../plan/operation.ts'
import { dockerProgress } from './docker.ts'
import { hubProgress } from './hub.ts'
import { ollamaProgress } from './ollama.ts'
import type { ProgressReader } from './progress-reader.ts'
import { uvProgress } from './uv.ts'

type ProgressKind = NonNullable<Extract<Operation, { kind: 'run' }>['progress']>

const readers: Record<ProgressKind, () => ProgressReader> = {
  uv: uvProgress,
  docker: dockerProgress,
  ollama: ollamaProgress,
  hub: hubProgress,
}

/** A fresh reader for one run of that program. */
export function progressReader(kind: ProgressKind): ProgressReader {
  return readers[kind]()
}
