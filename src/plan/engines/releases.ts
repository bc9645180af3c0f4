import { join } from 'node:path'
import type { PlanContext } from '../context.ts'
import type { Operation } from '../operation.ts'

type Asset = {
  /** `ollama/ollama` */
  readonly repository: string
  readonly tag: string
  readonly file: string
  readonly sha256: string
  /** Its name while it lies among the downloads; two releases must not share one. */
  readonly savedAs: string
  /** Leading folders of the archive that are left out. */
  readonly strip?: number
}

/**
 * Fetches an archive of a GitHub release, unpacks it into a folder that is there, and removes it. It comes from GitHub, or from the mirror
 * with the same paths that the recipe names.
 */
export function unpackRelease(
  { recipe, directories }: Pick<PlanContext, 'recipe' | 'directories'>,
  { repository, tag, file, sha256, savedAs, strip }: Asset,
  directory: string,
): Operation[] {
  const path = join(directories.cache, 'downloads', savedAs)
  const base = (recipe.packages.releases ?? 'https://github.com').replace(/\/+$/, '')
  const url = `${base}/${repository}/releases/download/${tag}/${file}`
  return [
    { kind: 'fetch', path, sha256, sources: [{ kind: 'url', url }] },
    { kind: 'unpack', archive: path, directory, ...(strip === undefined ? {} : { strip }) },
    { kind: 'remove', path },
  ]
}
