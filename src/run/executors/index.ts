import type { Executors } from '../executor.ts'
import { extract } from './extract.ts'
import { fetchFile } from './fetch.ts'
import { copy, makeDirectory, makeKey, write } from './files.ts'
import { addLine, removeLine } from './lines.ts'
import { pull } from './pull.ts'
import { remove } from './remove.ts'
import { run } from './run.ts'
import { unpack } from './unpack.ts'

/** All executors; the one that starts engines comes from src/launch, which this folder does not know. */
export function executorsWith(serve: Executors['serve']): Executors {
  return {
    run,
    pull,
    write,
    copy,
    remove,
    extract,
    serve,
    unpack,
    fetch: fetchFile,
    'make-directory': makeDirectory,
    'make-key': makeKey,
    'add-line': addLine,
    'remove-line': removeLine,
  }
}
