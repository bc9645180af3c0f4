import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Environment, homeOf } from '../core/directories.ts'

/** The hub library's folder: HF_HOME, or under XDG_CACHE_HOME or ~/.cache. */
function hubHome(environment: Environment): string {
  const home = homeOf(environment)
  return environment.HF_HOME ?? join(environment.XDG_CACHE_HOME ?? join(home, '.cache'), 'huggingface')
}

/** Where the hub's library keeps downloads: HF_HUB_CACHE, or `hub` in its folder. */
export function hubCache(environment: Environment): string {
  return environment.HF_HUB_CACHE ?? environment.HUGGINGFACE_HUB_CACHE ?? join(hubHome(environment), 'hub')
}

/** The operator's token for the hub: HF_TOKEN, or what `hf auth login` left behind; null where there is none. Never show it. */
export async function hubToken(environment: Environment): Promise<string | null> {
  const given = environment.HF_TOKEN ?? environment.HUGGING_FACE_HUB_TOKEN
  if (given !== undefined && given.trim() !== '') return given.trim()
  const path = environment.HF_TOKEN_PATH ?? join(hubHome(environment), 'token')
  const stored = await readFile(path, 'utf8').catch(() => '')
  return stored.trim() === '' ? null : stored.trim()
}
