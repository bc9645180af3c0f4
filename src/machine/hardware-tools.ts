import { join } from 'node:path'
import { placesOf } from './places.ts'
import type { Refreshed } from './refresh-cards.ts'
import type { Recording } from './save-captures.ts'
import type { Machine } from './schema.ts'

/** What can be asked of the machine that rigup runs on, beyond reading it. */
export type HardwareTools = {
  /** What the cards do at this moment. */
  readonly refresh: (machine: Machine) => Promise<Refreshed>
  /** The places that `ask` goes to, for the operator to agree. */
  readonly places: (machine: Machine) => readonly string[]
  readonly ask: (machine: Machine) => Promise<Machine>
  /** Records what the tools print, with stand-ins, and says as lines what would be written; nothing is written. */
  readonly record: () => Promise<Recorded>
  readonly write: (recorded: Recorded) => Promise<void>
}

export type Recorded = {
  readonly recording: Recording
  /** The new folder that it would go to. */
  readonly directory: string
  readonly preview: readonly string[]
}

/** The tools for this machine; captures go to a new folder in `directory`. What they need is loaded when it is first asked for. */
export function hardwareTools(directory: string, now: () => Date = () => new Date()): HardwareTools {
  return {
    refresh: async (machine) => (await import('./refresh-cards.ts')).refreshCards(machine),
    places: (machine) => placesOf(machine),
    ask: async (machine) => (await import('./reachability.ts')).withReachability(machine),
    record: async () => {
      const { recordCaptures, recordingPreview } = await import('./save-captures.ts')
      const recording = await recordCaptures()
      const stamp = now()
        .toISOString()
        .slice(0, 19)
        .replace(/[^\dT]/g, '')
      const folder = join(directory, `rigup-capture-${stamp}`)
      return { recording, directory: folder, preview: recordingPreview(recording, folder) }
    },
    write: async (recorded) => {
      const { writeCaptures } = await import('./save-captures.ts')
      await writeCaptures(recorded.recording, recorded.directory)
    },
  }
}
