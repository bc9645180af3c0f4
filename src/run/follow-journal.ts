import { watch } from 'node:fs'
import { open } from 'node:fs/promises'
import { StringDecoder } from 'node:string_decoder'
import { hasCode } from '../core/problem.ts'
import { journalPath, parseJournalLine } from './journal.ts'
import type { JournalEvent } from './journal-event.ts'

/** File systems without notifications (network mounts) are looked at this often. */
const pollMilliseconds = 500

/** Every event of a run, from the first on, then each new one as it comes; ends when the signal is aborted. */
export async function* followJournal(runDirectory: string, signal: AbortSignal): AsyncGenerator<JournalEvent> {
  const changes = changesIn(runDirectory, signal)
  const decoder = new StringDecoder('utf8')
  let position = 0
  let partial = ''
  try {
    while (!signal.aborted) {
      const bytes = await readFrom(journalPath(runDirectory), position)
      position += bytes.length
      const lines = (partial + decoder.write(bytes)).split('\n')
      partial = lines.pop() ?? ''
      for (const line of lines) {
        const event = parseJournalLine(line)
        if (event !== null) yield event
        if (signal.aborted) return
      }
      if (bytes.length === 0) await changes.next()
    }
  } finally {
    changes.close()
  }
}

async function readFrom(path: string, position: number): Promise<Buffer> {
  try {
    const file = await open(path, 'r')
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(256 * 1024), 0, 256 * 1024, position)
      return buffer.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return Buffer.alloc(0)
    throw error
  }
}

/** `next` resolves at the next change in the folder since the last call, at an abort, or after the poll time. */
function changesIn(directory: string, signal: AbortSignal): { next: () => Promise<void>; close: () => void } {
  let changed = false
  let wake = (): void => undefined
  const notice = (): void => {
    changed = true
    wake()
  }
  const watcher = watch(directory, notice)
  watcher.on('error', notice)
  signal.addEventListener('abort', notice, { once: true })
  return {
    async next() {
      if (!changed && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, pollMilliseconds)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
      changed = false
    },
    close() {
      watcher.close()
      signal.removeEventListener('abort', notice)
    },
  }
}
