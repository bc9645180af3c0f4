import { open } from 'node:fs/promises'
import type { LogLine } from '../log/line.ts'
import { createLogReader } from '../log/reader.ts'

export type LogFollower = {
  /** The lines that were completed since the last call. */
  readonly read: () => Promise<LogLine[]>
  readonly close: () => Promise<void>
}

const pieceBytes = 256 * 1024

/** Follows a log file that another process writes, from its beginning. */
export async function followLog(path: string): Promise<LogFollower> {
  const file = await open(path, 'r')
  const reader = createLogReader()
  const buffer = new Uint8Array(pieceBytes)
  return {
    async read() {
      const lines: LogLine[] = []
      for (;;) {
        const { bytesRead } = await file.read(buffer, 0, pieceBytes)
        if (bytesRead === 0) return lines
        lines.push(...reader.push(buffer.subarray(0, bytesRead)))
      }
    },
    close: () => file.close(),
  }
}
