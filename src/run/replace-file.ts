import { randomBytes } from 'node:crypto'
import { open, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { hasCode } from '../core/problem.ts'
import { syncDirectory } from './owned-file.ts'

type ReplaceOptions = {
  /** Absent: the mode of the file that is replaced, or 644. */
  readonly mode?: number | undefined
  /** Must accept the new content, in a file beside the old one, before that one is replaced; throws where it does not. */
  readonly verify?: (newFile: string) => Promise<void>
}

/**
 * Replaces a whole file so that at any moment, power cuts included, either the old or the new content is there. Owner and mode
 * are kept; a symbolic link stays one and its target is replaced.
 */
export async function replaceFile(
  path: string,
  content: string | Uint8Array,
  options: ReplaceOptions = {},
): Promise<void> {
  const target = await targetOf(path)
  const before = await stat(target).catch(() => null)
  const fresh = `${target}.rigup-${randomBytes(4).toString('hex')}`
  try {
    const file = await open(fresh, 'wx', 0o600)
    try {
      await file.writeFile(content)
      if (before !== null && process.getuid?.() === 0) await file.chown(before.uid, before.gid)
      await file.chmod(options.mode ?? (before === null ? 0o644 : before.mode & 0o7777))
      await file.sync()
    } finally {
      await file.close()
    }
    await options.verify?.(fresh)
    await rename(fresh, target)
    await syncDirectory(dirname(target))
  } catch (error) {
    await rm(fresh, { force: true })
    throw error
  }
}

async function targetOf(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return path
    throw error
  }
}
