import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { unzipSync } from 'fflate'
import { makeFolder } from '../../core/make-folder.ts'
import { messageOf, Problem } from '../../core/problem.ts'
import type { OperationContext, OperationOf } from '../executor.ts'
import { replaceFile } from '../replace-file.ts'
import { asProblem } from './file-problem.ts'

/** Takes one file out of a zip archive. The archive has been checked by `fetch`; its own paths are never used for writing. */
export async function extract(operation: OperationOf<'extract'>, { log }: OperationContext): Promise<void> {
  const { archive, member, path, mode } = operation
  log(`take ${member} out of ${archive}\n`)
  const content = memberOf(await asProblem(archive, () => readFile(archive)), archive, member)
  await asProblem(path, async () => {
    await makeFolder(dirname(path))
    await replaceFile(path, content, { mode })
  })
}

function memberOf(bytes: Uint8Array, archive: string, member: string): Uint8Array {
  let found: Uint8Array | undefined
  try {
    found = unzipSync(bytes, { filter: ({ name }) => name === member })[member]
  } catch (error) {
    throw new Problem({
      what: `${archive} is not a whole zip archive.`,
      why: messageOf(error),
      next: `remove it, then try again: rm ${archive}`,
      exit: 'failed',
    })
  }
  if (found !== undefined) return found
  throw new Problem({
    what: `${archive} has no file ${member}.`,
    next: 'report this: the plan is wrong',
    exit: 'failed',
  })
}
