import { open } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { hasCode } from '../core/problem.ts'
import { createObserver } from '../log/observe.ts'
import { createLogReader } from '../log/reader.ts'
import type { JournalEvent } from '../run/journal-event.ts'

type LaunchFigures = { weightsGib: number | null; kvCacheGib: number | null; kvCacheTokens: number | null }

const nothing: LaunchFigures = { weightsGib: null, kvCacheGib: null, kvCacheTokens: null }

/** What the last launched engine said in its log about memory. */
export async function observeLaunch(runDirectory: string, events: readonly JournalEvent[]): Promise<LaunchFigures> {
  const spawned = events.findLast((event) => event.type === 'launch' && event.event.type === 'spawned')
  if (spawned?.type !== 'launch' || spawned.event.type !== 'spawned') return nothing
  const { log } = spawned.event
  const reader = createLogReader()
  const observer = createObserver()
  try {
    const file = await open(isAbsolute(log) ? log : join(runDirectory, log))
    for await (const chunk of file.createReadStream()) {
      for (const line of reader.push(chunk)) observer.push(line)
    }
    for (const line of reader.end()) observer.push(line)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return nothing
    throw error
  }
  const { weightsGib, kvCacheGib, kvCacheTokens } = observer.observed()
  return { weightsGib, kvCacheGib, kvCacheTokens }
}
