import { setGlobalProxyFromEnv } from 'node:http'
import { basicAuthorization } from '../core/basic-authorization.ts'
import type { Environment } from '../core/directories.ts'
import { withoutCredentials } from '../core/redact.ts'

export type Fetch = typeof fetch

const requestMilliseconds = 20_000
const proxyNames = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'] as const

/** Sends this process's requests through the proxies of the environment; gives back how to undo it. */
export function routeThroughProxies(environment: Environment): () => void {
  const proxies = Object.fromEntries(
    proxyNames.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])),
  )
  return Object.keys(proxies).length === 0 ? () => {} : setGlobalProxyFromEnv(proxies)
}

/** `fetch` that gives up after a while and when it is told to. */
export function patientFetch(base: Fetch = fetch, signal?: AbortSignal): Fetch {
  return (input, init) => {
    const limits = [AbortSignal.timeout(requestMilliseconds), signal, init?.signal].filter(
      (one) => one instanceof AbortSignal,
    )
    return base(input, { ...init, signal: AbortSignal.any(limits) })
  }
}

/** The hub's address without a slash at its end and without credentials: HF_ENDPOINT, or the hub itself. */
export function hubUrl(environment: Environment): string {
  const given = environment.HF_ENDPOINT?.trim()
  const url = given === undefined || !/^https?:\/\//.test(given) ? 'https://huggingface.co' : given
  return withoutCredentials(url).replace(/\/+$/, '')
}

/** `fetch` that sends the user and password of HF_ENDPOINT as a header, where no token is sent: fetch refuses them in a URL. */
export function withEndpointCredentials(base: Fetch, environment: Environment): Fetch {
  const given = environment.HF_ENDPOINT?.trim() ?? ''
  const { username, password } = URL.canParse(given) ? new URL(given) : { username: '', password: '' }
  if (username === '') return base
  const authorization = basicAuthorization({ username, password })
  return (input, init) => {
    const headers = new Headers(init?.headers)
    if (!headers.has('authorization')) headers.set('authorization', authorization)
    return base(input, { ...init, headers })
  }
}

/** True where the environment forbids asking the hub (HF_HUB_OFFLINE, TRANSFORMERS_OFFLINE). */
export function isOffline(environment: Environment): boolean {
  return [environment.HF_HUB_OFFLINE, environment.TRANSFORMERS_OFFLINE].some((value) =>
    /^(1|on|yes|true)$/i.test(value ?? ''),
  )
}
