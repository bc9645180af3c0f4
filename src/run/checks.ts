import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { exists } from '../core/exists.ts'
import { hasCode } from '../core/problem.ts'
import type { Check } from '../plan/operation.ts'
import { runProcess } from './run-process.ts'

/** Long enough for a program that imports a large library, short enough not to hold a run up for ever. */
const defaultTimeoutSeconds = 120

type CheckContext = {
  readonly signal: AbortSignal
  readonly environment: Readonly<Record<string, string>>
}

/** Whether a check holds now. Changes nothing; what cannot be read does not hold. */
export async function holds(check: Check, context: CheckContext): Promise<boolean> {
  switch (check.kind) {
    case 'path-exists':
      return exists(check.path)
    case 'file-sha256':
      return (await sha256Of(check.path)) === check.sha256
    case 'file-has-line':
      return (await textOf(check.path))?.split('\n').includes(check.line) ?? false
    case 'file-is':
      return (await textOf(check.path)) === check.content
    case 'command':
      return commandHolds(check, context)
  }
}

/** The SHA-256 of a file in hexadecimal; null where it cannot be read. */
export async function sha256Of(path: string): Promise<string | null> {
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(path), hash)
    return hash.digest('hex')
  } catch (error) {
    if (isUnreadable(error)) return null
    throw error
  }
}

async function commandHolds(check: Extract<Check, { kind: 'command' }>, context: CheckContext): Promise<boolean> {
  let output = ''
  const result = await runProcess({
    argv: check.argv,
    environment: { ...context.environment, ...check.environment },
    timeoutSeconds: check.timeoutSeconds ?? defaultTimeoutSeconds,
    signal: context.signal,
    onOutput: (chunk) => {
      if (check.contains !== undefined) output += chunk.toString('utf8')
    },
  })
  return result.kind === 'exited' && result.code === 0 && output.includes(check.contains ?? '')
}

async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (isUnreadable(error)) return null
    throw error
  }
}

function isUnreadable(error: unknown): boolean {
  return hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EISDIR', 'ELOOP')
}
