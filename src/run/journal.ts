import { type FileHandle, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hasCode } from '../core/problem.ts'
import { type JournalEvent, journalEventSchema, type UnstampedEvent } from './journal-event.ts'
import { type Owner, openForAppend, syncDirectory } from './owned-file.ts'

export type Journal = {
  /** Resolves once the event is on disk. Progress is written but not waited for: losing some of it loses nothing. */
  readonly append: (event: UnstampedEvent) => Promise<void>
  readonly close: () => Promise<void>
}

/** Where a run's journal is. */
export function journalPath(runDirectory: string): string {
  return join(runDirectory, 'journal.jsonl')
}

/** Opens the journal of a run for appending; what is there stays as it is, even a line that a power cut tore. */
export async function openJournal(runDirectory: string, owner: Owner | null = null): Promise<Journal> {
  const path = journalPath(runDirectory)
  const file = await openForAppend(path, owner)
  await syncDirectory(runDirectory)
  let last = endTornLine(path, file)
  return {
    append(event) {
      const line = `${JSON.stringify({ ...event, at: new Date().toISOString() })}\n`
      const written = last.then(async () => {
        await file.appendFile(line)
        if (event.type !== 'action-progress') await file.datasync()
      })
      // A failed write must be seen by its own caller and must not block the ones after it.
      last = written.catch(() => undefined)
      return written
    },
    async close() {
      await last
      await file.close()
    },
  }
}

/** A torn last line gets its line break, so that the next event starts a line of its own. */
async function endTornLine(path: string, file: FileHandle): Promise<void> {
  const { size } = await file.stat()
  if (size === 0) return
  const reader = await open(path, 'r')
  try {
    const { buffer } = await reader.read(Buffer.alloc(1), 0, 1, size - 1)
    if (buffer.toString() !== '\n') await file.appendFile('\n')
  } finally {
    await reader.close()
  }
}

/** One line of a journal; null where it is torn, or from a newer rigup. */
export function parseJournalLine(line: string): JournalEvent | null {
  if (line === '') return null
  try {
    return journalEventSchema.safeParse(JSON.parse(line)).data ?? null
  } catch {
    return null
  }
}

/** All events so far; empty where there is no journal yet. */
export async function readJournal(runDirectory: string): Promise<JournalEvent[]> {
  try {
    const text = await readFile(journalPath(runDirectory), 'utf8')
    return text.split('\n').flatMap((line) => parseJournalLine(line) ?? [])
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return []
    throw error
  }
}
