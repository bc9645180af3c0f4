import { randomBytes } from 'node:crypto'
import { chmod, cp, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolder } from '../../core/make-folder.ts'
import { hasCode } from '../../core/problem.ts'
import type { OperationContext, OperationOf } from '../executor.ts'
import { replaceFile } from '../replace-file.ts'
import { asProblem } from './file-problem.ts'
import { markAsMade } from './made-by-rigup.ts'

/** Writes the whole file, or leaves the old one as it was. */
export async function write(operation: OperationOf<'write'>, { log }: OperationContext): Promise<void> {
  log(`write ${operation.path}\n`)
  await asProblem(operation.path, async () => {
    await makeFolder(dirname(operation.path))
    await replaceFile(operation.path, operation.content, { mode: operation.mode })
  })
}

/** Makes a folder and those above it. What it makes new is marked, so that `remove` knows it again. */
export async function makeDirectory(
  operation: OperationOf<'make-directory'>,
  { log }: OperationContext,
): Promise<void> {
  log(`make the folder ${operation.path}\n`)
  await asProblem(operation.path, async () => {
    if (await makeFolder(operation.path, operation.mode)) await markAsMade(operation.path)
    else if (operation.mode !== undefined) await chmod(operation.path, operation.mode)
  })
}

/** Makes a key that only its owner can read; tells nothing of it. One that is there stays: clients have it. */
export async function makeKey({ path }: OperationOf<'make-key'>, { log }: OperationContext): Promise<void> {
  await asProblem(path, async () => {
    await makeFolder(dirname(path))
    if (await holdsText(path)) return log(`${path} is here already\n`)
    await replaceFile(path, randomBytes(32).toString('base64url'), { mode: 0o600 })
    log(`make a key in ${path}\n`)
  })
}

async function holdsText(path: string): Promise<boolean> {
  try {
    return (await stat(path)).size > 0
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false
    throw error
  }
}

/** Copies a file, or a folder with all that is in it. */
export async function copy(operation: OperationOf<'copy'>, { log }: OperationContext): Promise<void> {
  log(`copy ${operation.from} to ${operation.to}\n`)
  await asProblem(operation.to, async () => {
    await makeFolder(dirname(operation.to))
    const isNew = await stat(operation.to).then(
      () => false,
      () => true,
    )
    await cp(operation.from, operation.to, { recursive: true })
    if (isNew && (await stat(operation.to)).isDirectory()) await markAsMade(operation.to)
  })
}
