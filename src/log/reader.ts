import { createUtf8Converter } from './encoding.ts'
import type { Gate } from './gate.ts'
import type { LogLine } from './line.ts'
import { parseLine } from './parse.ts'

type LogReader = {
  /** Takes the next bytes of the log and gives the lines that they complete. */
  push(chunk: Uint8Array): LogLine[]
  /** Gives what remains after the last byte. */
  end(): LogLine[]
}

/** A longer line comes in pieces of this size, so that a line without end needs no more memory than this. */
const longestLine = 16 * 1024
const lineFeed = 0x0a
const carriageReturn = 0x0d

/** Where a piece of the log ends, and whether it is worth decoding. */
type Piece = { end: number; wanted: boolean }

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
  /** The line feed of a Windows line end makes no empty line. */ let afterReturn = false
  /** False inside an over-long line. */
  let atLineStart = true

  function read(bytes: Uint8Array, last: boolean): LogLine[] {
    if (rest.length === 0) return scan(bytes, last)
    // Only the line that was begun is copied together, not the whole chunk behind it.
    const cut = bytes.indexOf(lineFeed) + 1 || bytes.length
    const lines = scan(Buffer.concat([rest, bytes.subarray(0, cut)]), last && cut === bytes.length)
    return cut < bytes.length ? [...lines, ...scan(bytes.subarray(cut), last)] : lines
  }

  function scan(bytes: Uint8Array, last: boolean): LogLine[] {
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    const lines: LogLine[] = []
    let start = 0
    while (start < view.length) {
      if (gate && atLineStart) {
        const skipped = skipUnwanted(view, start, gate)
        if (skipped.lines > 0) {
          number += skipped.lines
          start = skipped.start
          afterReturn = false
          continue
        }
      }
      const { end, wanted } = nextPiece(view, start, gate)
      if (end === view.length && !last && end - start < longestLine) break
      const byte = view[end]
      const isEmpty = end === start && (byte !== lineFeed || afterReturn)
      if (wanted && !isEmpty) lines.push(parseLine(number, view.toString('utf8', start, end)))
      afterReturn = byte === carriageReturn && end < view.length
      const isBreak = end < view.length && (byte === lineFeed || byte === carriageReturn)
      atLineStart = isBreak
      if (isBreak && byte === lineFeed) number += 1
      start = isBreak ? end + 1 : end
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

/** Passes over whole lines that hold nothing wanted: the loop that decides how fast a long log is read. */
function skipUnwanted(bytes: Buffer, from: number, gate: Gate): { start: number; lines: number } {
  const { columns, next, acceptFrom } = gate
  const length = bytes.length
  let start = from
  let lines = 0
  let state = 0
  for (let index = from; index < length; index += 1) {
    const byte = bytes[index] as number
    state = next[state + (columns[byte] as number)] as number
    if (state < acceptFrom) continue
    if (byte !== lineFeed || index - start >= longestLine) break
    lines += 1
    start = index + 1
    state = 0
  }
  return { start, lines }
}

function nextPiece(bytes: Buffer, start: number, gate: Gate | undefined): Piece {
  const limit = Math.min(bytes.length, start + longestLine)
  let wanted = gate === undefined
  let state = 0
  for (let index = start; index < limit; index += 1) {
    const byte = bytes[index] as number
    if (byte === lineFeed || byte === carriageReturn) return { end: index, wanted }
    if (wanted || !gate) continue
    state = gate.next[state + (gate.columns[byte] as number)] as number
    // The stops at line ends are handled above, so that this is a literal or an escape sequence.
    if (state >= gate.acceptFrom) wanted = true
  }
  return { end: limit, wanted }
}
