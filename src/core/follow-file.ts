import type { FSWatcher } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { hasCode } from './problem.ts'
import { watchFolder } from './watch-folder.ts'

type FollowOptions = {
  /** Ends the iteration, without an error. */
  readonly signal: AbortSignal
  /** The byte to begin with; negative counts from the end of the file as it is now. 0 by default. */
  readonly from?: number
}

const chunkSize = 64 * 1024
/** File systems without notifications (network mounts, some containers) are looked at this often. */
const pollMilliseconds = 250
/** What comes within this time is read at once: a busy log changes thousands of times a second. */
const gatherMilliseconds = 20

/**
 * The bytes of a file from `from` on, and then what is appended to it, until the signal is aborted. A file that is not there yet
 * is waited for; one that was made shorter is read again from its start; one that was replaced by another (rotation) is read to
 * its end, and then the new one from its start. Chunks end anywhere, also within a line or a character.
 */
export async function* followFile(path: string, { signal, from = 0 }: FollowOptions): AsyncGenerator<Uint8Array> {
  const changes = new Changes(path, signal)
  let file: FileHandle | null = null
  let position = from
  let lookedAtName = 0
  try {
    while (!signal.aborted) {
      if (file === null) {
        file = await openIfThere(path)
        if (file && position < 0) position = Math.max(0, (await file.stat()).size + position)
      }
      if (file) {
        const { size } = await file.stat()
        if (size < position) position = 0
        const bytes = await readAt(file, position)
        if (bytes.length > 0) {
          position += bytes.length
          yield bytes
          continue
        }
        if (performance.now() - lookedAtName > pollMilliseconds) {
          lookedAtName = performance.now()
          if (await isReplaced(file, path)) {
            await file.close()
            file = null
            position = 0
            continue
          }
        }
      }
      await changes.next()
    }
  } finally {
    changes.close()
    await file?.close()
  }
}

async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r')
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return null
    throw error
  }
}

async function readAt(file: FileHandle, position: number): Promise<Uint8Array> {
  const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(chunkSize), 0, chunkSize, position)
  return buffer.subarray(0, bytesRead)
}

/** Another file has that name now. One that was only removed may still be written to. */
async function isReplaced(file: FileHandle, path: string): Promise<boolean> {
  const now = await openIfThere(path)
  if (now === null) return false
  try {
    const [ours, theirs] = await Promise.all([file.stat(), now.stat()])
    return ours.ino !== theirs.ino || ours.dev !== theirs.dev
  } finally {
    await now.close()
  }
}

/** Tells when it is worth looking at a file again. */
class Changes {
  readonly #signal: AbortSignal
  readonly #watcher: FSWatcher | null
  #changed = false
  #wake: () => void = () => undefined

  constructor(path: string, signal: AbortSignal) {
    this.#signal = signal
    // The folder: the file itself may not be there yet, or may be replaced.
    this.#watcher = watchFolder(dirname(path), this.#notice)
    signal.addEventListener('abort', this.#notice)
  }

  readonly #notice = (): void => {
    this.#changed = true
    this.#wake()
  }

  /** Resolves soon after the next change since the last call, at an abort, or after the poll time. */
  async next(): Promise<void> {
    if (!this.#changed && !this.#signal.aborted) await this.#noticeWithin(pollMilliseconds)
    this.#wake = () => undefined
    if (!this.#signal.aborted) await sleep(gatherMilliseconds)
    this.#changed = false
  }

  close(): void {
    this.#watcher?.close()
    this.#signal.removeEventListener('abort', this.#notice)
  }

  async #noticeWithin(milliseconds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, milliseconds)
    this.#wake = resolve
    await promise
    clearTimeout(timer)
  }
}
