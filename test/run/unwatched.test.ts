import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { followJournal } from '#src/run/follow-journal.ts'
import { openJournal } from '#src/run/journal.ts'
import { onStopRequest, requestStop, type StopRequest } from '#src/run/stop-request.ts'
import { temporaryFolder } from './support/runs.ts'

/** A folder that the kernel refuses to watch, as it does where the watches of a user are used up: here, because it is made later. */
async function unwatchable(): Promise<string> {
  return join(await temporaryFolder(), 'run')
}

describe('where a folder cannot be watched', () => {
  const end = new AbortController()
  afterEach(() => end.abort())

  test('a journal is followed', async () => {
    const run = await unwatchable()
    const events = followJournal(run, end.signal)
    const first = events.next()
    await mkdir(run)
    const journal = await openJournal(run)
    await journal.append({ type: 'run-finished', outcome: 'done' })
    expect((await first).value).toMatchObject({ type: 'run-finished' })
    await journal.close()
    end.abort()
    await events.return(undefined)
  })

  test('a request to stop is seen, once', async () => {
    const run = await unwatchable()
    const asked: StopRequest[] = []
    const endWatching = await onStopRequest(run, (request) => asked.push(request))
    await mkdir(run)
    await requestStop(run)
    await expect.poll(() => asked, { timeout: 5000 }).toEqual(['stop'])
    await requestStop(run, 'pause')
    await expect.poll(() => asked, { timeout: 5000 }).toEqual(['stop', 'pause'])
    endWatching()
  })
})
