import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { hasCode, Problem } from './problem.ts'

/**
 * Makes a folder and those above it, all new ones with this mode; false where it was there already. Not Node's own recursive mkdir: that
 * tries for ever where a file system says "no such file" to every new folder, as /proc does.
 * @throws the system's error, or Problem (exit `machine`) where the file system takes no folders.
 */
export async function makeFolder(path: string, mode = 0o777): Promise<boolean> {
  try {
    return await makeOne(path, mode)
  } catch (error) {
    if (!hasCode(error, 'ENOENT') || dirname(path) === path) throw error
  }
  await makeFolder(dirname(path), mode)
  try {
    return await makeOne(path, mode)
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error
    throw new Problem({
      what: `The folder ${path} cannot be made.`,
      why: 'Its file system takes no new folders.',
      next: 'choose a folder on another file system (XDG_DATA_HOME, XDG_STATE_HOME, XDG_CONFIG_HOME say where rigup keeps things)',
      exit: 'machine',
      cause: error,
    })
  }
}

async function makeOne(path: string, mode: number): Promise<boolean> {
  try {
    await mkdir(path, { mode })
    return true
  } catch (error) {
    // Whatever the reason (a mount that is read-only says that first), a folder that is there is what was wanted.
    if (await isFolder(path)) return false
    throw error
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}
