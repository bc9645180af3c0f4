import { downloadFile, HubApiError, listFiles, modelInfo } from '@huggingface/hub'
import type { Environment } from '../core/directories.ts'
import { messageOf, Problem } from '../core/problem.ts'
import { redact } from '../core/redact.ts'
import { architectureFromConfig } from '../knowledge/models/from-config.ts'
import { storedConfig } from '../knowledge/models/stored-config.ts'
import { type Checkpoint, type CheckpointFile, completeConfig, quantizationFiles, weightsOf } from './checkpoint.ts'
import { readGguf } from './gguf.ts'
import { type Fetch, hubUrl, patientFetch, withEndpointCredentials } from './network.ts'
import { hubToken } from './token.ts'

export type HubQuestion = {
  readonly id: string
  readonly revision?: string | undefined
  /** One file of the repository: a GGUF. */
  readonly file?: string | undefined
  readonly environment: Environment
  readonly fetch?: Fetch | undefined
  readonly signal?: AbortSignal | undefined
}

/** Thrown where the hub itself does not answer: the caller may fall back to what is here. */
export class HubUnreachable extends Problem {}

function refused(error: unknown, question: HubQuestion, hasToken: boolean): Problem {
  const { id, revision, environment } = question
  const at = hubUrl(environment)
  if (!(error instanceof HubApiError))
    return new HubUnreachable({
      what: `${at} does not answer.`,
      why: redact(messageOf(error)),
      next: 'Check the network and the proxy, set HF_ENDPOINT to a mirror, or give a local folder.',
      exit: 'network',
      cause: error,
    })
  if (error.statusCode === 401 || error.statusCode === 403)
    return new Problem({
      what: `${id} is gated, or does not exist.`,
      why: hasToken ? 'The hub does not let this token read it.' : 'The hub asks for a token, and there is none.',
      next: `Accept the licence on ${at}/${id}, then set HF_TOKEN to a token of that account.`,
      exit: 'input',
      cause: error,
    })
  if (error.statusCode === 404)
    return new Problem({
      what: `There is no ${id}${revision === undefined ? '' : ` at revision ${revision}`} on ${at}.`,
      next: 'Check the spelling; ids are owner/name.',
      exit: 'input',
      cause: error,
    })
  return new HubUnreachable({
    what: `${at} answers with status ${error.statusCode}.`,
    why: error.statusCode === 429 ? 'It wants fewer requests.' : undefined,
    next: 'Try again later, or set HF_ENDPOINT to a mirror.',
    exit: 'network',
    cause: error,
  })
}

type Session = {
  readonly repo: { readonly type: 'model'; readonly name: string }
  readonly hubUrl: string
  readonly fetch: Fetch
  readonly revision: string
  readonly accessToken?: string
}

async function json(session: Session, path: string): Promise<unknown> {
  const blob = await downloadFile({ ...session, path, xet: false })
  if (blob === null) return null
  try {
    return JSON.parse(await blob.text())
  } catch (cause) {
    throw new Problem({ what: `${path} of ${session.repo.name} is not valid JSON.`, exit: 'input', cause })
  }
}

async function filesOf(session: Session): Promise<CheckpointFile[]> {
  const files: CheckpointFile[] = []
  for await (const entry of listFiles({ ...session, recursive: true }))
    if (entry.type === 'file') files.push({ path: entry.path, bytes: entry.lfs?.size ?? entry.size })
  return files
}

async function ask(question: HubQuestion, session: Session): Promise<Checkpoint> {
  const { id, file } = question
  const information = await modelInfo({ name: id, additionalFields: ['sha', 'cardData'], ...session })
  const files = await filesOf(session)
  const downloadBytes = files.reduce((sum, one) => sum + one.bytes, 0)
  const licence = typeof information.cardData?.license === 'string' ? information.cardData.license : null
  const about = { revision: information.sha, licence, gated: information.gated !== false, asOf: null }
  const only = files.filter((one) => one.path.endsWith('.gguf'))
  const chosen = file === undefined ? undefined : only.find((one) => one.path === file)
  if (chosen !== undefined) {
    const url = `${session.hubUrl}/${id}/resolve/${encodeURIComponent(session.revision)}/${chosen.path.split('/').map(encodeURIComponent).join('/')}`
    const headers: Record<string, string> =
      session.accessToken === undefined ? {} : { Authorization: `Bearer ${session.accessToken}` }
    const read = await readGguf(url, id, { fetch: session.fetch, bytes: chosen.bytes, headers })
    return { ...read, ...about }
  }
  const config = files.some((one) => one.path === 'config.json') ? await json(session, 'config.json') : null
  if (config === null)
    throw new Problem({
      what: `${id} has no config.json.`,
      why: only.length > 0 ? 'The repository holds GGUF files only.' : 'It is no model that vLLM can load.',
      next:
        only.length > 0
          ? `Name one of its files: ${only
              .slice(0, 3)
              .map((one) => one.path)
              .join(', ')}.`
          : 'Choose another model.',
      exit: 'input',
    })
  const side = quantizationFiles.find((name) => files.some((one) => one.path === name))
  const weights = weightsOf(files)
  const sideFile = side === undefined ? null : { name: side, content: await json(session, side) }
  const complete = completeConfig(config, sideFile, weights.bytes)
  return {
    id,
    source: 'hub',
    format: weights.format,
    architecture: architectureFromConfig(complete),
    config: storedConfig(complete),
    bytes: weights.bytes,
    downloadBytes,
    notes: [],
    ...about,
  }
}

/**
 * Reads config.json, quantization and sizes of a checkpoint from the Hugging Face hub or a mirror of it, without its weights.
 * Honours HF_ENDPOINT, HF_TOKEN (and what `hf auth login` stored) and, after `routeThroughProxies`, the proxies.
 * @throws HubUnreachable (network) where the hub does not answer; Problem (input) where the model is gated, missing, or no model.
 */
export async function readFromHub(question: HubQuestion): Promise<Checkpoint> {
  const token = await hubToken(question.environment)
  const session: Session = {
    repo: { type: 'model', name: question.id },
    hubUrl: hubUrl(question.environment),
    fetch: withEndpointCredentials(patientFetch(question.fetch, question.signal), question.environment),
    revision: question.revision ?? 'main',
    // The library refuses tokens of another shape; those are for mirrors and cannot be passed on.
    ...(token?.startsWith('hf_') ? { accessToken: token } : {}),
  }
  try {
    return await ask(question, session)
  } catch (error) {
    throw error instanceof Problem ? error : refused(error, question, token !== null)
  }
}
