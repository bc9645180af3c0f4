import * as z from 'zod'
import { messageOf, Problem } from '../core/problem.ts'
import { architectureFromConfig } from '../knowledge/models/from-config.ts'
import { storedConfig } from '../knowledge/models/stored-config.ts'
import { type Checkpoint, completeConfig, weightsOf } from './checkpoint.ts'
import { type HubQuestion, HubUnreachable } from './hub.ts'
import { patientFetch } from './network.ts'

const filesSchema = z.object({
  Data: z.object({ Files: z.array(z.object({ Path: z.string(), Type: z.string(), Size: z.number().nonnegative() })) }),
})

/** True where the environment asks for ModelScope instead of the Hugging Face hub (vLLM's own variable). */
export function usesModelScope(environment: HubQuestion['environment']): boolean {
  return /^(1|true)$/i.test(environment.VLLM_USE_MODELSCOPE ?? '')
}

/**
 * Reads a checkpoint's config.json and sizes from ModelScope (MODELSCOPE_DOMAIN, or modelscope.cn).
 * @throws HubUnreachable (network) where it does not answer; Problem (input) where the model is not there.
 */
export async function readFromModelScope(question: HubQuestion): Promise<Checkpoint> {
  const { id, environment } = question
  const domain = environment.MODELSCOPE_DOMAIN ?? 'www.modelscope.cn'
  const revision = encodeURIComponent(question.revision ?? 'master')
  const load = patientFetch(question.fetch, question.signal)
  const get = async (path: string): Promise<unknown> => {
    const answer = await load(`https://${domain}/${path}`).catch((cause: unknown) => {
      throw new HubUnreachable({
        what: `${domain} does not answer.`,
        why: messageOf(cause),
        next: 'Check the network and the proxy.',
        exit: 'network',
        cause,
      })
    })
    if (answer.status === 404)
      throw new Problem({ what: `There is no ${id} on ${domain}.`, next: 'Check the spelling.', exit: 'input' })
    if (!answer.ok)
      throw new HubUnreachable({ what: `${domain} answers with status ${answer.status}.`, exit: 'network' })
    return answer.json()
  }
  const listed = filesSchema.safeParse(await get(`api/v1/models/${id}/repo/files?Recursive=True&Revision=${revision}`))
  if (!listed.success)
    throw new HubUnreachable({
      what: `${domain} gives an answer that rigup does not understand.`,
      exit: 'network',
      cause: listed.error,
    })
  const files = listed.data.Data.Files.filter((file) => file.Type === 'blob').map((file) => ({
    path: file.Path,
    bytes: file.Size,
  }))
  const weights = weightsOf(files)
  const config = await get(`models/${id}/resolve/${revision}/config.json`)
  const complete = completeConfig(config, null, weights.bytes)
  return {
    id,
    source: 'modelscope',
    format: weights.format,
    revision: question.revision ?? null,
    architecture: architectureFromConfig(complete),
    config: storedConfig(complete),
    bytes: weights.bytes,
    downloadBytes: files.reduce((sum, file) => sum + file.bytes, 0),
    licence: null,
    gated: null,
    asOf: null,
    notes: [],
  }
}
