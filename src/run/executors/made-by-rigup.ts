import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { exists } from '../../core/exists.ts'

const markName = '.made-by-rigup'
const markText =
  'rigup made this folder, and `rigup undo` may remove it with everything in it. Without this file it stays.\n'

/** Marks a folder that rigup made. */
export async function markAsMade(directory: string): Promise<void> {
  await writeFile(join(directory, markName), markText)
}

/** True where rigup made this folder or one above it. */
export async function isMadeByRigup(directory: string): Promise<boolean> {
  for (let current = directory; current !== '/'; current = dirname(current)) {
    const marked = await exists(join(current, markName))
    if (marked) return true
  }
  return false
}
