import type { LogLine } from './line.ts'
import { parseLine } from './parse.ts'

/** What begins a line of its own, whatever its length. */
const opening = /^(?:\s*File "|Traceback|\s{2,}\S|\(\w|[A-Z]{4,8}[: ]|\[|\d{4}-|[\w.]+(?:Error|Exception):)/

const narrowest = 40
const widest = 250

/**
 * Puts lines together that a terminal, `fold` or a mail has broken at a fixed width.
 *
 * Null where the lines do not look broken: too long, or none that a break would explain.
 */
export function unwrapped(lines: readonly LogLine[]): LogLine[] | null {
  const width = Math.max(0, ...lines.map(({ text }) => text.length))
  if (width < narrowest || width > widest) return null
  const joined: LogLine[] = []
  let joins = 0
  let previousLength = 0
  for (const line of lines) {
    const previous = joined.at(-1)
    const firstWord = /^\S*/.exec(line.text)?.[0].length ?? 0
    // A line as long as the longest was cut wherever it was; a shorter one before a word that had no room.
    const cut = previousLength === width
    const noRoom = previousLength + 1 + firstWord > width && firstWord > 0 && !opening.test(line.text)
    if (previous && line.text !== '' && (cut || noRoom)) {
      const text = previous.text + (cut && !opening.test(line.text) && previousLength === width ? '' : ' ') + line.text
      joined[joined.length - 1] = parseLine(previous.number, text)
      joins += 1
    } else joined.push(line)
    previousLength = line.text.length
  }
  return joins > 0 ? joined : null
}
