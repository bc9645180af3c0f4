import { watch } from 'node:fs'
import { access, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

function stopPath(runDirectory: string): string {
  return join(runDirectory, 'stop')
}

/** Asks whoever carries the run out to stop. A file, because a user cannot send signals to a worker that is root. */
export async function requestStop(runDirectory: string): Promise<void> {
  await writeFile(stopPath(runDirectory), '', { mode: 0o600 })
}

/** Forgets a request that came before; then calls back at the next one. Gives back what ends the watching. */
export async function onStopRequest(runDirectory: string, stop: () => void): Promise<() => void> {
  await rm(stopPath(runDirectory), { force: true })
  const watcher = watch(runDirectory, (_, name) => {
    if (name !== 'stop') return
    access(stopPath(runDirectory)).then(stop, () => undefined)
  })
  return () => watcher.close()
}
