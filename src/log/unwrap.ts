import type { LogLine } from './line.ts'
import { parseLine } from './parse.ts'

/** How lines were broken: at a fixed column wherever that was, or between words. */
type Wrapping = 'anywhere' | 'between-words'

/** What begins a line of its own, whatever the length of the one before. */
const opening =
  /^(?:\s*File "|Traceback|\s{2,}\S|\(\w+ pid=|(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)[: ]|\[|\d{4}-|[\w.]+(?:Error|Exception):)/

/** What no break in the middle of a line leaves behind. */
const newRecord = /^(?:\(\w+ pid=\d|(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)(?:: | \d\d-))/

const narrowest = 40
const widest = 250

/** The widest line; between words, one word alone may be wider than the width. */
function widthOf(lines: readonly LogLine[], wrapping: Wrapping): number {
  const broken = wrapping === 'anywhere' ? lines : lines.filter(({ text }) => /\S\s\S/.test(text))
  return Math.max(0, ...broken.map(({ text }) => text.length))
}

/**
 * Puts lines together that a terminal, `fold` or a mail has broken at a fixed width.
 *
 * Null where the lines do not look broken in that way: too long, or none that a break would explain.
 */
export function unwrapped(lines: readonly LogLine[], wrapping: Wrapping): LogLine[] | null {
  const width = widthOf(lines, wrapping)
  if (width < narrowest || width > widest) return null
  const joined: LogLine[] = []
  let joins = 0
  let previousLength = 0
  for (const line of lines) {
    const previous = joined.at(-1)
    const firstWord = /^\S*/.exec(line.text)?.[0].length ?? 0
    const isBroken =
      wrapping === 'anywhere'
        ? previousLength === width && !newRecord.test(line.text)
        : previousLength + 1 + firstWord > width && firstWord > 0 && !opening.test(line.text)
    if (previous && line.text !== '' && isBroken) {
      const text = previous.text + (wrapping === 'anywhere' ? '' : ' ') + line.text
      joined[joined.length - 1] = parseLine(previous.number, text)
      joins += 1
    } else joined.push(line)
    previousLength = line.text.length
  }
  return joins > 0 ? joined : null
}
