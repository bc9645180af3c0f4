import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Environment, homeOf } from '../core/directories.ts'
import { Problem } from '../core/problem.ts'
import { catalogueDate, findModel } from '../knowledge/models/catalogue.ts'
import { similarModel } from '../knowledge/models/similar.ts'
import { readCached } from './cache.ts'
import type { Checkpoint } from './checkpoint.ts'
import { HubUnreachable, readFromHub } from './hub.ts'
import { readLocal } from './local.ts'
import { readFromModelScope, usesModelScope } from './modelscope.ts'
import { type Fetch, isOffline, routeThroughProxies } from './network.ts'

type CheckpointOptions = {
  readonly environment: Environment
  readonly revision?: string | undefined
  /** One file of a repository: the GGUF to read. */
  readonly file?: string | undefined
  /** first: the catalogue answers before the hub, for a quick look. last: only where neither hub nor cache do. */
  readonly catalogue?: 'first' | 'last' | undefined
  readonly fetch?: Fetch | undefined
  readonly signal?: AbortSignal | undefined
}

function pathOf(reference: string, environment: Environment): string | null {
  if (reference.startsWith('~/')) return join(homeOf(environment), reference.slice(2))
  if (/^\.{0,2}\//.test(reference) || reference.endsWith('.gguf')) return resolve(reference)
  return existsSync(reference) ? resolve(reference) : null
}

/** What the shipped catalogue knows of a model; null where it has none of that name. */
function fromCatalogue(id: string, note: string | null): Checkpoint | null {
  const model = findModel(id)
  if (model === null) return null
  return {
    id,
    source: 'catalogue',
    format: 'safetensors',
    revision: null,
    architecture: model.architecture,
    config: null,
    bytes: model.bytes,
    downloadBytes: model.bytes,
    licence: model.licence,
    gated: model.gated,
    asOf: catalogueDate,
    notes: [`From the catalogue of ${catalogueDate}${note === null ? '' : `: ${note}`}.`],
  }
}

function fromSimilar(id: string, note: string): Checkpoint | null {
  const similar = similarModel(id)
  if (similar === null) return null
  return {
    id,
    source: 'similar',
    format: 'unknown',
    revision: null,
    architecture: similar.architecture,
    config: null,
    bytes: null,
    downloadBytes: null,
    licence: null,
    gated: null,
    asOf: catalogueDate,
    notes: [`Taken for ${similar.like.id} by its name alone: ${note}.`],
  }
}

async function withoutHub(id: string, options: CheckpointOptions, note: string): Promise<Checkpoint | null> {
  return (
    (await readCached(id, options.revision, options.environment)) ?? fromCatalogue(id, note) ?? fromSimilar(id, note)
  )
}

async function asked(id: string, options: CheckpointOptions): Promise<Checkpoint> {
  const restore = routeThroughProxies(options.environment)
  try {
    const question = { ...options, id }
    return await (usesModelScope(options.environment) ? readFromModelScope(question) : readFromHub(question))
  } finally {
    restore()
  }
}

/**
 * Reads what a checkpoint says about itself: a local folder or GGUF file, else the hub (or ModelScope), else the hub library's cache,
 * else the shipped catalogue, whose age is in the notes. Weights are never downloaded.
 * @throws Problem (input) where it is gated, missing, or no language model; (network) where nobody knows it without the hub.
 */
export async function readCheckpoint(reference: string, options: CheckpointOptions): Promise<Checkpoint> {
  const path = pathOf(reference, options.environment)
  if (path !== null) return readLocal(path)
  if (!/^[\w.-]+(\/[\w.-]+)?$/.test(reference))
    throw new Problem({
      what: 'This is neither a folder nor an id on the hub.',
      next: 'Ids are owner/name: Qwen/Qwen3-8B.',
      exit: 'input',
    })
  const early = options.catalogue === 'first' ? fromCatalogue(reference, null) : null
  if (early !== null) return early
  if (isOffline(options.environment)) {
    const found = await withoutHub(reference, options, 'the environment says to work offline')
    if (found !== null) return found
    throw new HubUnreachable({
      what: `Nothing is known about ${reference}.`,
      why: 'HF_HUB_OFFLINE is set, and neither the cache nor the catalogue has it.',
      next: 'Unset HF_HUB_OFFLINE, or give a local folder.',
      exit: 'network',
    })
  }
  try {
    return await asked(reference, options)
  } catch (error) {
    const found =
      error instanceof HubUnreachable ? await withoutHub(reference, options, 'the hub does not answer') : null
    if (found === null) throw error
    return found
  }
}
