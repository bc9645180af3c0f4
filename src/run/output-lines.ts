import { StringDecoder } from 'node:string_decoder'
import { stripVTControlCharacters } from 'node:util'
import { printableLine } from '../core/printable.ts'

type OutputLines = { readonly write: (chunk: Buffer) => void; readonly end: () => void }

// A carriage return ends a line too, as progress bars end theirs, and so does what puts the cursor at the begin of a line or above it.
const lineEnds = /[\r\n]|\u001b\[\d*[AG]/

/** Cuts the output of a program into lines that can be read and shown; empty ones are left out. */
export function outputLines(onLine: (line: string) => void): OutputLines {
  const decoder = new StringDecoder('utf8')
  let partial = ''
  const pass = (line: string): void => {
    const text = printableLine(stripVTControlCharacters(line)).trim()
    if (text !== '') onLine(text)
  }
  return {
    write(chunk) {
      const pieces = (partial + decoder.write(chunk)).split(lineEnds)
      partial = (pieces.pop() ?? '').slice(-16_384)
      for (const piece of pieces) pass(piece)
    },
    end: () => pass(partial),
  }
}
