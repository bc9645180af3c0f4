import { createUtf8Converter } from './encoding.ts'
import type { Gate } from './gate.ts'
import type { LogLine } from './line.ts'
import { parseLine } from './parse.ts'

export type LogReader = {
  /** Takes the next bytes of the log and gives the lines that they complete. */
  push(chunk: Uint8Array): LogLine[]
  /** Gives what remains after the last byte. */
  end(): LogLine[]
}

/** A longer line comes in pieces of this size, so that a line without end needs no more memory than this. */
const longestLine = 16 * 1024
const lineFeed = 0x0a
const carriageReturn = 0x0d
const escapeByte = 0x1b

/**
 * Reads any log, whatever its encoding, line ends, colours and prefixes, in memory that does not grow with it.
 *
 * A carriage return ends a redrawing of a progress bar: it comes as a line with the number of the one it replaces.
 * With a `gate`, only lines that contain one of its literals come out (and lines with escape sequences, which could hide one).
 */
export function createLogReader(gate?: Gate): LogReader {
  const converter = createUtf8Converter()
  let number = 1
  let rest: Uint8Array = new Uint8Array(0)
  /** The line feed of a Windows line end makes no empty line. */
  let afterReturn = false

  function read(bytes: Uint8Array, last: boolean): LogLine[] {
    const buffer = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    const view = Buffer.from(buffer.buffer, buffer.byteOffset, buffer.length)
    const lines: LogLine[] = []
    let start = 0
    const emit = (end: number): void => {
      lines.push(parseLine(number, view.toString('utf8', start, end)))
    }
    while (start < view.length) {
      const { end, wanted } = nextEnd(view, start, gate)
      const length = end - start
      if (end === view.length && !last && length < longestLine) break
      const byte = end === view.length ? -1 : view[end]
      const isEmptyAfterReturn = length === 0 && byte === lineFeed && afterReturn
      if (wanted && !isEmptyAfterReturn && (length > 0 || byte === lineFeed)) emit(end)
      afterReturn = byte === carriageReturn
      if (byte === lineFeed) number += 1
      start = byte === lineFeed || byte === carriageReturn ? end + 1 : end
    }
    // A copy: the caller may use its buffer again.
    rest = Uint8Array.prototype.slice.call(view, start)
    return lines
  }

  return {
    push: (chunk) => read(converter.push(chunk), false),
    end: () => read(converter.end(), true),
  }
}

/** The end of the line (or piece of one) that begins at `start`, and whether the gate wants it. */
function nextEnd(bytes: Buffer, start: number, gate: Gate | undefined): { end: number; wanted: boolean } {
  const limit = Math.min(bytes.length, start + longestLine)
  let index = start
  let wanted = true
  if (gate) {
    const { columns, next, acceptFrom } = gate
    let state = 0
    wanted = false
    for (; index < limit; index += 1) {
      const byte = bytes[index] as number
      if (byte === lineFeed || byte === carriageReturn) return { end: index, wanted }
      state = next[state + (columns[byte] as number)] as number
      if (state >= acceptFrom || byte === escapeByte) {
        wanted = true
        break
      }
    }
  }
  for (; index < limit; index += 1) {
    const byte = bytes[index]
    if (byte === lineFeed || byte === carriageReturn) break
  }
  return { end: index, wanted }
}
