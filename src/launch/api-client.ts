import { readFile } from 'node:fs/promises'
import * as z from 'zod'
import { printableLine } from '../core/printable.ts'
import { hasCode, Problem } from '../core/problem.ts'
import type { Serve } from '../plan/serve.ts'

export type ApiClient = {
  readonly base: string
  /** Null where nobody answers in time. The caller reads or cancels the body. */
  readonly request: (path: string, signal: AbortSignal, body?: unknown) => Promise<Response>
}

/** A client of an engine's API; the key goes into the header and nowhere else. */
export function createApiClient({ host, port }: Pick<Serve, 'host' | 'port'>, apiKey: string | null): ApiClient {
  const base = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  const authorization: Record<string, string> = apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }
  return {
    base,
    request: (path, signal, body) =>
      fetch(new URL(path, base), {
        signal,
        redirect: 'error',
        headers: { ...authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      }),
  }
}

/** The key in a file of mode 600; null where the engine has none. */
export async function readApiKey(path: string | undefined): Promise<string | null> {
  if (path === undefined) return null
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    throw new Problem({
      what: `The API key cannot be read from ${path}.`,
      why: hasCode(error, 'ENOENT') ? 'The file is not there.' : 'This user may not read it.',
      next: 'run the installation again: it makes a new key',
      exit: 'machine',
      cause: error,
    })
  }
}

const longestMessage = 400

const errorSchema = z.union([
  z.object({ error: z.object({ message: z.string() }) }).transform(({ error }) => error.message),
  z.object({ error: z.string() }).transform(({ error }) => error),
  z.object({ message: z.string() }).transform(({ message }) => message),
])

/** What an engine says about an error, in one line of at most 400 characters; the text itself where it is no JSON of a known form. */
export function errorMessage(body: string): string {
  let message = body
  try {
    message = errorSchema.parse(JSON.parse(body))
  } catch {
    // Not JSON, or of another form: the text itself.
  }
  return printableLine(message).trim().slice(0, longestMessage)
}

/** Reads a body up to a limit: what is longer than an answer can be is no answer. */
export async function readText(response: Response, limitBytes = 1024 * 1024): Promise<string> {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of response.body ?? []) {
    pieces.push(piece)
    size += piece.length
    if (size > limitBytes) break
  }
  return Buffer.concat(pieces).subarray(0, limitBytes).toString('utf8')
}
