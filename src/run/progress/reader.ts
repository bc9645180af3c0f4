import type { Operation } from '../../plan/operation.ts'
import type { ProgressUpdate } from '../executor.ts'
import { dockerProgress } from './docker.ts'
import { hubProgress } from './hub.ts'
import { ollamaProgress } from './ollama.ts'
import { uvProgress } from './uv.ts'

/** Reads the output of one program, line by line; what a line tells about the progress, or null. Keeps its own count. */
export type ProgressReader = (line: string) => ProgressUpdate | null

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
