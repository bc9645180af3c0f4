import { open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { makeFolder } from '../../core/make-folder.ts'
import { once } from '../../core/once.ts'
import { messageOf, Problem } from '../../core/problem.ts'
import { withoutCredentials } from '../../core/redact.ts'
import { sha256Of } from '../checks.ts'
import type { OperationContext, OperationOf } from '../executor.ts'
import { type Answer, get, ServerProblem } from '../fetch/http.ts'
import { findOnIndex } from '../fetch/package-index.ts'
import { indexCredentials } from '../index-credentials.ts'
import { asProblem } from './file-problem.ts'

type Fetch = OperationOf<'fetch'>

const attemptsPerSource = 3

/**
 * Downloads a file to `PATH.part`, checks it, and only then gives it its name. An attempt that was cut goes on where it ended.
 * Sources are tried in order; the Problem of the last one is thrown.
 */
export async function fetchFile(operation: Fetch, context: OperationContext): Promise<void> {
  if ((await sha256Of(operation.path)) === operation.sha256) return context.log(`${operation.path} is here already\n`)
  await asProblem(operation.path, () => makeFolder(dirname(operation.path)))
  const withCredentials = once(() => indexCredentials(context.environment))
  let last: unknown
  for (const source of operation.sources) {
    for (let attempt = 1; attempt <= attemptsPerSource; attempt += 1) {
      try {
        const url =
          source.kind === 'url'
            ? source.url
            : await findOnIndex((await withCredentials())(source.index), source.project, source.file, context.signal)
        return await download(url, operation, context)
      } catch (error) {
        context.signal.throwIfAborted()
        last = error
        context.log(`${messageOf(error)}${error instanceof Problem && error.why ? ` ${error.why}` : ''}\n`)
        if (!isWorthRepeating(error)) break
        if (attempt < attemptsPerSource) await delay(attempt * 1000, undefined, { signal: context.signal })
      }
    }
  }
  throw last
}

/** A file that is not there, or not allowed, stays so; a cut connection does not. */
function isWorthRepeating(error: unknown): boolean {
  if (error instanceof ServerProblem)
    return error.status === null || [416, 429].includes(error.status) || error.status >= 500
  return !(error instanceof Problem) || error.exit === 'network'
}

async function download(url: string, operation: Fetch, context: OperationContext): Promise<void> {
  const part = `${operation.path}.part`
  const have = (await stat(part).catch(() => null))?.size ?? 0
  context.log(`get ${withoutCredentials(url)}${have > 0 ? ` from byte ${have} on` : ''}\n`)
  const answer = await get(url, { signal: context.signal, offset: have }).catch(async (error: unknown) => {
    if (error instanceof ServerProblem && error.status === 416) await rm(part, { force: true })
    throw error
  })
  const totalBytes = operation.bytes ?? answer.totalBytes ?? undefined
  await asProblem(part, () =>
    writeTo(
      part,
      answer,
      (doneBytes) => context.progress({ text: 'downloading', doneBytes, totalBytes }),
      context.signal,
    ),
  ).catch(cutOff)
  await check(part, url, operation)
  await rename(part, operation.path)
}

/** Each piece is in the file before the next is waited for: what came before a cut is there to go on from. */
async function writeTo(
  part: string,
  { offset, body }: Answer,
  onBytes: (done: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const file = await open(part, offset > 0 ? 'a' : 'w')
  let doneBytes = offset
  try {
    for await (const chunk of body) {
      signal.throwIfAborted()
      await file.writeFile(chunk)
      doneBytes += chunk.length
      onBytes(doneBytes)
    }
    // Before it gets its name: after a power cut that must not stand for a file with holes.
    await file.sync()
  } finally {
    await file.close()
  }
}

/** What breaks while the body comes is the network's fault unless the disk says otherwise. */
function cutOff(error: unknown): never {
  const cause = error instanceof Problem ? error.cause : undefined
  const isDisk = cause instanceof Error && 'syscall' in cause && cause.syscall === 'write'
  if (!(error instanceof Problem) || isDisk) throw error
  throw new Problem({
    what: 'The download was cut off.',
    why: messageOf(cause),
    next: 'try again: what is here already is kept',
    exit: 'network',
    cause,
  })
}

async function check(part: string, url: string, { sha256, path }: Fetch): Promise<void> {
  const actual = await sha256Of(part)
  if (actual === sha256) return
  await rm(part, { force: true })
  throw new Problem({
    what: `${path} was thrown away: it is not the file that was expected.`,
    why: `${withoutCredentials(url)} has the SHA-256 ${actual}, expected is ${sha256}.`,
    next: 'a proxy or mirror may have changed it: try again, or name another source',
    exit: 'network',
  })
}
