import { messageOf } from '../core/problem.ts'
import { withoutCredentials } from '../core/redact.ts'

export type Answer = {
  /** Without user name and password. */
  readonly url: string
  readonly answers: boolean
  readonly milliseconds: number
  /** The status, or why there is none. */
  readonly note: string
}

/** Where an installation may have to get things from; a machine's own index takes the place of the first. */
export function usualPlaces(index: string | null, hub: string | null): string[] {
  return [
    index ?? 'https://pypi.org/simple/',
    hub ?? 'https://huggingface.co/',
    'https://registry-1.docker.io/v2/',
    'https://ghcr.io/v2/',
  ]
}

/**
 * Asks each place once whether it answers, all at the same time; any HTTP answer counts, a refusal too. This goes out to the network
 * and tells those places that the machine exists: it is for after the operator has agreed, and no part of detection.
 */
export async function askPlaces(urls: readonly string[], timeLimitMilliseconds = 4000): Promise<Answer[]> {
  return Promise.all(
    urls.map(async (given) => {
      const url = withoutCredentials(given)
      const started = performance.now()
      const took = () => Math.round(performance.now() - started)
      try {
        const response = await fetch(url, {
          method: 'HEAD',
          redirect: 'manual',
          signal: AbortSignal.timeout(timeLimitMilliseconds),
        })
        return { url, answers: true, milliseconds: took(), note: `HTTP ${response.status}` }
      } catch (error) {
        const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : messageOf(error)
        const late = error instanceof Error && error.name === 'TimeoutError'
        return { url, answers: false, milliseconds: took(), note: late ? 'no answer in time' : cause }
      }
    }),
  )
}
