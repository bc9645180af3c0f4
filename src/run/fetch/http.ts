import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { basicAuthorization } from '../../core/basic-authorization.ts'
import { hasCode, Problem, type ProblemInput } from '../../core/problem.ts'
import { withoutCredentials } from '../../core/redact.ts'

/** How long a server may be silent. */
const silenceMilliseconds = 60_000

export type Answer = {
  /** Where the answer came from in the end, after redirections. */
  readonly url: string
  readonly contentType: string
  /** 0, or where the body begins because the server honoured the range. */
  readonly offset: number
  /** Length of the whole file; null where the server does not say. */
  readonly totalBytes: number | null
  readonly body: AsyncIterable<Uint8Array>
}

/** A Problem with a server. */
export class ServerProblem extends Problem {
  /** The HTTP status; null where nothing answered. */
  readonly status: number | null

  constructor(status: number | null, input: Omit<ProblemInput, 'exit'>) {
    super({ ...input, exit: 'network' })
    this.status = status
  }
}

type GetOptions = {
  readonly signal: AbortSignal
  readonly accept?: string
  /** Ask for the bytes from here on. */
  readonly offset?: number
}

/**
 * Gets an http, https or file URL. Proxies and certificates are Node's own (NODE_USE_ENV_PROXY, NODE_EXTRA_CA_CERTS). User name and
 * password in the URL go into the header. Throws a Problem that says what is wrong: offline, refused, not found, not trusted.
 */
export async function get(url: string, { signal, accept, offset = 0 }: GetOptions): Promise<Answer> {
  if (!URL.canParse(url)) throw noAddress(url)
  if (url.startsWith('file:')) return openFile(url, offset)
  const headers: Record<string, string> = { 'accept-encoding': 'identity' }
  if (accept !== undefined) headers.accept = accept
  if (offset > 0) headers.range = `bytes=${offset}-`
  const silence = new AbortController()
  const timer = setTimeout(() => silence.abort(), silenceMilliseconds)
  try {
    const target = moveCredentials(url, headers)
    const response = await fetch(target, { headers, signal: AbortSignal.any([signal, silence.signal]) })
    if (!response.ok || response.body === null) throw refused(url, response.status)
    return {
      url: response.url,
      contentType: response.headers.get('content-type') ?? '',
      ...extent(response),
      body: watched(response.body, timer),
    }
  } catch (error) {
    clearTimeout(timer)
    signal.throwIfAborted()
    throw error instanceof Problem ? error : unreachable(url, error, silence.signal.aborted)
  }
}

/** Each piece that comes puts the end of patience off. */
async function* watched(body: AsyncIterable<Uint8Array>, timer: NodeJS.Timeout): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body) {
      timer.refresh()
      yield chunk
    }
  } finally {
    clearTimeout(timer)
  }
}

/** fetch refuses a URL with a user name and password in it; they belong into a header. */
function moveCredentials(url: string, headers: Record<string, string>): URL {
  const target = new URL(url)
  if (target.username !== '' || target.password !== '') {
    headers.authorization = basicAuthorization(target)
    target.username = ''
    target.password = ''
  }
  return target
}

function extent(response: Response): Pick<Answer, 'offset' | 'totalBytes'> {
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '')
  if (response.status === 206 && range) {
    return { offset: Number(range[1]), totalBytes: range[2] === '*' ? null : Number(range[2]) }
  }
  const length = response.headers.get('content-length')
  return { offset: 0, totalBytes: length === null ? null : Number(length) }
}

async function openFile(url: string, offset: number): Promise<Answer> {
  const path = fileURLToPath(url)
  const { size } = await stat(path).catch((error: unknown) => {
    throw hasCode(error, 'ENOENT', 'ENOTDIR') ? refused(url, 404) : error
  })
  return {
    url,
    contentType: path.endsWith('.html') ? 'text/html' : 'application/octet-stream',
    offset: Math.min(offset, size),
    totalBytes: size,
    body: createReadStream(path, { start: Math.min(offset, size) }),
  }
}

function noAddress(url: string): Problem {
  return new Problem({
    what: `"${withoutCredentials(url)}" is no address.`,
    next: 'correct the index or mirror in the recipe',
    exit: 'input',
  })
}

function refused(url: string, status: number): ServerProblem {
  const host = hostOf(url)
  const reasons: Record<number, { why: string; next: string }> = {
    401: {
      why: 'It wants a user name and password.',
      next: 'set them where pip reads them (pip config set global.index-url https://USER:PASSWORD@HOST/simple), then try again',
    },
    403: { why: 'It does not allow this.', next: 'check the credentials and what the mirror or proxy lets through' },
    404: { why: 'There is no such file there.', next: 'check the index: a mirror may not have this version yet' },
    407: { why: 'The proxy wants a user name and password.', next: 'set them in HTTPS_PROXY' },
    416: { why: 'The part that is here already is longer than the file there.', next: 'try again' },
    429: { why: 'It gets too many requests from here.', next: 'wait some minutes, then try again' },
  }
  return new ServerProblem(status, {
    what: `${host} answers ${status} for ${withoutCredentials(url)}.`,
    why: reasons[status]?.why ?? (status >= 500 ? 'The server has a problem of its own.' : undefined),
    next: reasons[status]?.next ?? 'try again later, or name another index or mirror',
  })
}

function unreachable(url: string, error: unknown, silent: boolean): ServerProblem {
  const code = codeOf(error)
  const host = hostOf(url)
  const names: Record<string, { why: string; next: string }> = {
    ENOTFOUND: { why: 'Its name cannot be resolved.', next: 'check the network and DNS, or set HTTPS_PROXY' },
    EAI_AGAIN: { why: 'Its name cannot be resolved now.', next: 'check the network and DNS, or set HTTPS_PROXY' },
    ECONNREFUSED: { why: 'Nothing listens there.', next: 'check the address, a firewall, or HTTPS_PROXY' },
    ENETUNREACH: { why: 'There is no route to it.', next: 'check the network, or set HTTPS_PROXY' },
    ECONNRESET: { why: 'The connection was cut.', next: 'try again: what is here already is kept' },
    UND_ERR_SOCKET: { why: 'The connection was cut.', next: 'try again: what is here already is kept' },
    UND_ERR_CONNECT_TIMEOUT: { why: 'It does not answer in time.', next: 'check a firewall, or set HTTPS_PROXY' },
  }
  const isCertificate = /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/.test(code)
  const known = isCertificate
    ? {
        why: `Its certificate is not trusted here (${code}).`,
        next: 'name the certificate file of your proxy or mirror in SSL_CERT_FILE',
      }
    : names[code]
  return new ServerProblem(null, {
    what: `${host} cannot be reached.`,
    why: silent ? `It was silent for ${silenceMilliseconds / 1000} s.` : (known?.why ?? reasonOf(error)),
    next: known?.next ?? 'check the network, then try again',
    cause: error,
  })
}

/** A failed fetch hides the reason in its cause. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  if ('code' in error && typeof error.code === 'string') return error.code
  if (error instanceof AggregateError) return codeOf(error.errors[0])
  return codeOf(error.cause)
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : String(error)
}

function hostOf(url: string): string {
  const { host, pathname } = new URL(url)
  return host === '' ? pathname : host
}
