import { watch } from 'node:fs'
import { access, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** stop: end what is under way. pause: let what is under way come to its end, and begin nothing more. Either way the run can be gone on with. */
export const stopRequests = ['stop', 'pause'] as const
export type StopRequest = (typeof stopRequests)[number]

function requestPath(runDirectory: string, request: StopRequest): string {
  return join(runDirectory, request)
}

/** Asks whoever carries the run out to stop or to pause. A file, because a user cannot send signals to a worker that is root. */
export async function requestStop(runDirectory: string, request: StopRequest = 'stop'): Promise<void> {
  await writeFile(requestPath(runDirectory, request), '', { mode: 0o600 })
}

/** Forgets requests that came before; then calls back at each new one. Gives back what ends the watching. */
export async function onStopRequest(runDirectory: string, asked: (request: StopRequest) => void): Promise<() => void> {
  for (const request of stopRequests) await rm(requestPath(runDirectory, request), { force: true })
  const watcher = watch(runDirectory, (_, name) => {
    const request = stopRequests.find((each) => each === name)
    if (request === undefined) return
    access(requestPath(runDirectory, request)).then(
      () => asked(request),
      () => undefined,
    )
  })
  return () => watcher.close()
}
