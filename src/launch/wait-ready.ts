import { setTimeout as delay } from 'node:timers/promises'
import { Problem } from '../core/problem.ts'
import type { Serve } from '../plan/serve.ts'
import type { ApiClient } from './api-client.ts'
import { askReadiness, type Readiness } from './readiness.ts'

type Ready = Extract<Readiness, { kind: 'ready' }>

const pollMilliseconds = 500
/** A server that answers lists its models at once; so much later it never will. */
const listingMilliseconds = 30_000

/** Polls until the server answers. Has no limit of its own: the watch over the engine's life has. */
export async function waitForServer(serve: Serve, client: ApiClient, signal: AbortSignal): Promise<void> {
  while ((await askReadiness(serve, client, signal)).kind === 'not-yet') {
    await delay(pollMilliseconds, undefined, { signal })
  }
}

/** Polls until the server lists the model. */
export async function waitForModel(serve: Serve, client: ApiClient, signal: AbortSignal): Promise<Ready> {
  const begin = performance.now()
  for (;;) {
    const readiness = await askReadiness(serve, client, signal)
    if (readiness.kind === 'ready') return readiness
    if (readiness.kind === 'not-listed' && performance.now() - begin > listingMilliseconds) {
      throw new Problem({
        what: `The server answers, but it does not serve ${serve.servedName}.`,
        why: readiness.models.length > 0 ? `It serves: ${readiness.models.join(', ')}.` : 'It lists no model at all.',
        next: 'check the name under which the model is served',
        exit: 'failed',
      })
    }
    await delay(pollMilliseconds, undefined, { signal })
  }
}
