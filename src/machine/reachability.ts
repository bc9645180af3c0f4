import { readFile } from 'node:fs/promises'
import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { rootCertificates } from 'node:tls'
import type { Environment } from '../core/directories.ts'
import { hasCode, messageOf } from '../core/problem.ts'
import { redact, withoutCredentials } from '../core/redact.ts'
import { known } from './fact.ts'
import { placesOf } from './places.ts'
import type { Machine } from './schema.ts'

export type Answer = NonNullable<Machine['network']['value']>[number]

export type AskOptions = {
  /** Where the proxy variables are, in either spelling; this process's own where absent. */
  readonly environment?: Environment
  /** A certificate bundle of the network's own, beside those that Node knows. */
  readonly certificate?: string | null
  /** For each place; all are asked at once. */
  readonly timeLimitMilliseconds?: number
}

/**
 * The machine with which places answered. This goes out to the network and tells those places that the machine exists: it is for after
 * the operator has agreed, and no part of detection.
 */
export async function withReachability(machine: Machine, options: AskOptions = {}): Promise<Machine> {
  const answers = await askPlaces(placesOf(machine, options.environment), {
    certificate: machine.packaging.certificate.value,
    ...options,
  })
  const at = new Date().toISOString()
  const evidence = answers.map(({ url, note, milliseconds }) => ({
    source: `HEAD ${url}`,
    line: `${note}, after ${milliseconds} ms`,
    at,
  }))
  return { ...machine, network: known(answers, ...evidence) }
}

/**
 * Asks each place once whether it answers, through the proxies that are set; any HTTP answer counts, a refusal too. User names and
 * passwords in a place's URL are not sent, and never shown.
 */
export async function askPlaces(urls: readonly string[], options: AskOptions = {}): Promise<Answer[]> {
  const { environment = process.env, certificate = null, timeLimitMilliseconds = 4000 } = options
  const proxyEnv = proxyVariables(environment)
  const own = certificate === null ? null : await readFile(certificate, 'utf8').catch(() => null)
  const agents = {
    'http:': new HttpAgent({ proxyEnv }),
    'https:': new HttpsAgent({ proxyEnv, ...(own === null ? {} : { ca: [...rootCertificates, own] }) }),
  }
  return Promise.all(
    urls.map(async (given) => {
      const url = withoutCredentials(given)
      const started = performance.now()
      const outcome = await head(url, agents, AbortSignal.timeout(timeLimitMilliseconds))
      return { url, ...outcome, milliseconds: Math.round(performance.now() - started) }
    }),
  )
}

type Agents = { readonly 'http:': HttpAgent; readonly 'https:': HttpsAgent }

function head(url: string, agents: Agents, signal: AbortSignal): Promise<Pick<Answer, 'answers' | 'note'>> {
  return new Promise((resolve) => {
    const fail = (error: unknown) => resolve({ answers: false, note: reasonOf(error, signal) })
    try {
      const isSecure = new URL(url).protocol === 'https:'
      const send = isSecure ? httpsRequest : httpRequest
      const asked = send(url, { method: 'HEAD', signal, agent: agents[isSecure ? 'https:' : 'http:'] }, (response) => {
        response.destroy()
        resolve({ answers: true, note: `HTTP ${response.statusCode}` })
      })
      asked.on('error', fail)
      asked.end()
    } catch (error) {
      fail(error)
    }
  })
}

function reasonOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'no answer in time'
  if (hasCode(error, 'ENOTFOUND', 'EAI_AGAIN')) return 'its name cannot be looked up'
  if (hasCode(error, 'ECONNREFUSED')) return 'it refuses the connection'
  const text = messageOf(error)
  if (/certificate|self.signed|issuer/i.test(text)) return `its certificate is not trusted here (${text.slice(0, 80)})`
  return redact(text).slice(0, 120) || 'it does not answer'
}

/** Node takes proxies as URLs; people write them without a scheme too. */
function proxyVariables(environment: Environment): Record<string, string> {
  const names = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY']
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = environment[name]
      if (!value) return []
      const isUrl = name.toLowerCase() === 'no_proxy' || value.includes('://')
      return [[name, isUrl ? value : `http://${value}`] as const]
    }),
  )
}
