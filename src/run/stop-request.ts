import { access, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { watchFolder } from '../core/watch-folder.ts'

/** stop: end what is under way. pause: let what is under way come to its end, and begin nothing more. Either way the run can be gone on with. */
const stopRequests = ['stop', 'pause'] as const
export type StopRequest = (typeof stopRequests)[number]

function requestPath(runDirectory: string, request: StopRequest): string {
  return join(runDirectory, request)
}

/** Asks whoever carries the run out to stop or to pause. A file, because a user cannot send signals to a worker that is root. */
export async function requestStop(runDirectory: string, request: StopRequest = 'stop'): Promise<void> {
  await writeFile(requestPath(runDirectory, request), '', { mode: 0o600 })
}

/** A folder that cannot be watched is looked at this often. */
const pollMilliseconds = 1000

/** Forgets requests that came before; then calls back once for each that comes. Gives back what ends the watching. */
export async function onStopRequest(runDirectory: string, asked: (request: StopRequest) => void): Promise<() => void> {
  for (const request of stopRequests) await rm(requestPath(runDirectory, request), { force: true })
  const open = new Set<StopRequest>(stopRequests)
  const look = (): void => {
    for (const request of open) {
      access(requestPath(runDirectory, request)).then(
        () => open.delete(request) && asked(request),
        () => undefined,
      )
    }
  }
  const watcher = watchFolder(runDirectory, look)
  const poll = setInterval(look, pollMilliseconds).unref()
  // What was asked before the watching began.
  look()
  return () => {
    watcher?.close()
    clearInterval(poll)
  }
}
