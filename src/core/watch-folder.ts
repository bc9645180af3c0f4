import { type FSWatcher, watch } from 'node:fs'

/**
 * Calls back when something in a folder changes. Null where it cannot be watched: it is not there, or what the kernel grants for that is
 * used up (inotify(7): a number of watches for each user). So it can only make quicker what is looked at from time to time anyway.
 */
export function watchFolder(path: string, onChange: () => void): FSWatcher | null {
  try {
    const watcher = watch(path, { persistent: false }, onChange)
    watcher.on('error', () => undefined)
    return watcher
  } catch {
    return null
  }
}
