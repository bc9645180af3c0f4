import type { JournalEvent } from './journal-event.ts'
import type { LaunchEvent } from './launch-event.ts'

export type Spawned = Extract<LaunchEvent, { type: 'spawned' }>

/**
 * The engine that a journal says was started last and has not ended: left running on purpose, or left behind by a run that was killed.
 * Whether it still runs, only the machine knows. Null where the last one ended. Pure.
 */
export function engineInJournal(events: readonly JournalEvent[]): { spawned: Spawned; isKept: boolean } | null {
  let engine: { spawned: Spawned; isKept: boolean } | null = null
  for (const event of events) {
    if (event.type !== 'launch') continue
    if (event.event.type === 'spawned') engine = { spawned: event.event, isKept: false }
    if (event.event.type === 'kept' && engine !== null) engine = { ...engine, isKept: true }
    if (event.event.type === 'stopped' || event.event.type === 'exited') engine = null
  }
  return engine
}
