import { StringDecoder } from 'node:string_decoder'
import { followFile } from '../core/follow-file.ts'
import { journalPath, parseJournalLine } from './journal.ts'
import type { JournalEvent } from './journal-event.ts'

/** Every event of a run, from the first on, then each new one as it comes; ends when the signal is aborted. */
export async function* followJournal(runDirectory: string, signal: AbortSignal): AsyncGenerator<JournalEvent> {
  const decoder = new StringDecoder('utf8')
  let partial = ''
  for await (const bytes of followFile(journalPath(runDirectory), { signal })) {
    const lines = (partial + decoder.write(bytes)).split('\n')
    partial = lines.pop() ?? ''
    for (const line of lines) {
      const event = parseJournalLine(line)
      if (event !== null) yield event
      if (signal.aborted) return
    }
  }
}
