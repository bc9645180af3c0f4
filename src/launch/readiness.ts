import * as z from 'zod'
import { Problem } from '../core/problem.ts'
import { engines } from '../knowledge/engines.ts'
import type { Serve } from '../plan/serve.ts'
import { type ApiClient, errorMessage, readText } from './api-client.ts'

export type Readiness =
  | { readonly kind: 'not-yet' }
  /** The server answers, but its list lacks the model. */
  | { readonly kind: 'not-listed'; readonly models: readonly string[] }
  | { readonly kind: 'ready'; readonly models: readonly string[]; readonly maxModelLen: number | undefined }

const answerMilliseconds = 5000

const modelsSchema = z.object({
  data: z.array(z.object({ id: z.string(), max_model_len: z.number().nullish() })),
})

/** Asks once whether the engine is up and lists the model. Throws a Problem where it refuses the key or answers nonsense. */
export async function askReadiness(
  { engine, servedName }: Pick<Serve, 'engine' | 'servedName'>,
  client: ApiClient,
  signal: AbortSignal,
): Promise<Readiness> {
  const health = await ask(client, engines[engine].healthPath, signal)
  await health?.body?.cancel()
  // 503: llama.cpp while it loads.
  if (!health?.ok) return { kind: 'not-yet' }
  const response = await ask(client, '/v1/models', signal)
  if (!response) return { kind: 'not-yet' }
  const body = await readText(response)
  if (response.status === 401 || response.status === 403) {
    throw new Problem({
      what: 'The server refuses the API key.',
      why: errorMessage(body) || undefined,
      next: 'check that the engine was started with the key in the key file',
      exit: 'failed',
    })
  }
  if (!response.ok) return { kind: 'not-yet' }
  const listed = modelsOf(body)
  const models = listed.map(({ id }) => id)
  // Ollama adds the tag `latest` to a name without one.
  const model = listed.find(({ id }) => id === servedName || id === `${servedName}:latest`)
  if (!model) return { kind: 'not-listed', models }
  return { kind: 'ready', models, maxModelLen: model.max_model_len ?? undefined }
}

function modelsOf(body: string): z.infer<typeof modelsSchema>['data'] {
  try {
    return modelsSchema.parse(JSON.parse(body)).data
  } catch (error) {
    throw new Problem({
      what: 'Something answers on the port, but it is no engine: its list of models cannot be read.',
      why: errorMessage(body) || undefined,
      next: 'look at what else listens on this port',
      exit: 'failed',
      cause: error,
    })
  }
}

async function ask(client: ApiClient, path: string, signal: AbortSignal): Promise<Response | null> {
  try {
    return await client.request(path, AbortSignal.any([signal, AbortSignal.timeout(answerMilliseconds)]))
  } catch {
    signal.throwIfAborted()
    return null
  }
}
