import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { hasCode, Problem } from '../core/problem.ts'
import { architectureFromConfig } from '../knowledge/models/from-config.ts'
import { storedConfig } from '../knowledge/models/stored-config.ts'
import { type Checkpoint, type CheckpointFile, completeConfig, quantizationFiles, weightsOf } from './checkpoint.ts'
import { readGguf } from './gguf.ts'

const mostConfigBytes = 16 * 1024 * 1024

async function filesOf(folder: string): Promise<CheckpointFile[]> {
  const names = await readdir(folder, { withFileTypes: true })
  const files = await Promise.all(
    names
      .filter((entry) => entry.isFile() || entry.isSymbolicLink())
      .map(async ({ name }) => {
        const found = await stat(join(folder, name)).catch(() => null)
        return found?.isFile() ? { path: name, bytes: found.size } : null
      }),
  )
  return files.filter((file) => file !== null)
}

/** A JSON file of the folder; null where it is not there. */
async function json(folder: string, files: readonly CheckpointFile[], name: string): Promise<unknown> {
  const file = files.find((one) => one.path === name)
  if (file === undefined) return null
  if (file.bytes > mostConfigBytes)
    throw new Problem({ what: `${join(folder, name)} is too large for what it should be.`, exit: 'input' })
  try {
    return JSON.parse(await readFile(join(folder, name), 'utf8'))
  } catch (cause) {
    throw new Problem({
      what: `${join(folder, name)} is not valid JSON.`,
      why: 'It may be a pointer of git-lfs, or a download that broke off.',
      next: 'Fetch it again.',
      exit: 'input',
      cause,
    })
  }
}

async function sideFile(
  folder: string,
  files: readonly CheckpointFile[],
): Promise<{ name: string; content: unknown } | null> {
  for (const name of quantizationFiles) {
    const content = await json(folder, files, name)
    if (content !== null) return { name, content }
  }
  return null
}

/**
 * Reads a checkpoint from a folder (config.json and weights) or a GGUF file.
 * @throws Problem (input) where it is not there, incomplete, or no language model.
 */
export async function readLocal(path: string): Promise<Checkpoint> {
  const found = await stat(path).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return null
    throw new Problem({
      what: `${path} cannot be read.`,
      next: 'Check the path and its permissions.',
      exit: 'input',
      cause: error,
    })
  })
  if (found === null) throw new Problem({ what: `There is no ${path}.`, next: 'Check the path.', exit: 'input' })
  if (found.isFile()) return readGguf(path, path)
  const files = await filesOf(path)
  const config = await json(path, files, 'config.json')
  if (config === null) {
    const gguf = files.filter((file) => file.path.endsWith('.gguf'))
    const first = gguf.toSorted((a, b) => a.path.localeCompare(b.path, 'en'))[0]
    if (first !== undefined) return readGguf(join(path, first.path), path)
    throw new Problem({
      what: `${path} holds no model.`,
      why: 'There is neither a config.json nor a GGUF file in it.',
      next: 'Give the folder that holds config.json.',
      exit: 'input',
    })
  }
  const weights = weightsOf(files)
  const complete = completeConfig(config, await sideFile(path, files), weights.bytes)
  return {
    id: path,
    source: 'local',
    format: weights.format,
    revision: null,
    architecture: architectureFromConfig(complete),
    config: storedConfig(complete),
    bytes: weights.bytes,
    downloadBytes: 0,
    licence: null,
    gated: null,
    asOf: null,
    notes: weights.bytes === null ? ['There are no weight files in the folder yet.'] : [],
  }
}
