import type { ExitName } from '../../core/problem.ts'

type ToolFailure = {
  readonly what: string
  readonly why: string
  readonly next: string
  readonly exit: ExitName
}

type Kind = {
  /** A line of the tool's output that shows it. */
  readonly sign: RegExp
  readonly what: (tool: string, host: string | null) => string
  readonly next: string
  readonly exit: ExitName
}

/** In the order in which they are asked: a full disk also breaks connections, and a certificate also fails requests. */
const kinds: readonly Kind[] = [
  {
    sign: /no space left on device|os error 28\b|disk quota exceeded|errno 28\b/i,
    what: (tool) => `${tool} found the disk full.`,
    next: 'free some space (df -h shows where), then try again; what is done stays',
    exit: 'machine',
  },
  {
    sign: /certificate verify failed|invalid peer certificate|unknown ?issuer|self[- ]signed certificate|x509:/i,
    what: (tool, host) => `${tool} does not trust the certificate of ${host ?? 'the server'}.`,
    next: 'set SSL_CERT_FILE to the certificates of your network, then try again',
    exit: 'network',
  },
  {
    sign: /\b(401 unauthorized|403 forbidden|407 proxy authentication)\b|status (code )?40[137]\b/i,
    what: (tool, host) => `${host ?? 'The server'} does not let ${tool} in.`,
    next: 'check the name and password of the index or proxy, then try again',
    exit: 'network',
  },
  {
    sign: /error sending request|tunnel error|connection (reset|refused|timed out|aborted|error)|could not resolve|dns error|name resolution|network is unreachable|no route to host|operation timed out|read timed out|request failed after|failed to (fetch|download)|unexpected eof|max retries exceeded/i,
    what: (tool, host) => `${tool} cannot download: ${host ?? 'the server'} does not answer.`,
    next: 'check the network and its proxy (HTTPS_PROXY), then try again; what was downloaded is kept',
    exit: 'network',
  },
  {
    // A lock names what the index had a moment ago: mirrors lag, and their servers do not all know the newest file.
    sign: /there (is|are) no versions? of |was not found in the package registry/i,
    what: (tool) => `${tool} asks for a package that the index does not have.`,
    next: 'try again, since mirrors lag behind each other; else take another version or index',
    exit: 'failed',
  },
  {
    sign: /read-only file system|os error 30\b/i,
    what: (tool) => `${tool} cannot write: the file system is read-only.`,
    next: 'choose a folder on another file system',
    exit: 'machine',
  },
  {
    sign: /permission denied|os error 13\b|operation not permitted/i,
    what: (tool) => `${tool} may not do that as this user.`,
    next: 'see the owner of the file that is named, then try again',
    exit: 'machine',
  },
]

/**
 * What the last lines of a tool (uv, hf, docker, apt, git) say about a failure that has nothing to do with the tool itself: network,
 * disk, rights. Null where they say nothing of the kind. Pure.
 */
export function toolFailure(tool: string, lines: readonly string[]): ToolFailure | null {
  for (const { sign, what, next, exit } of kinds) {
    const line = lines.findLast((text) => sign.test(text))
    if (line !== undefined) return { what: what(tool, hostIn(lines)), why: line, next, exit }
  }
  return null
}

/** The host of the last address in the output. */
function hostIn(lines: readonly string[]): string | null {
  const addresses = lines.join('\n').match(/https?:\/\/[^\s/)'"@]+(?=[/\s)'"]|$)/g)
  return addresses?.at(-1)?.replace(/^https?:\/\//, '') ?? null
}
