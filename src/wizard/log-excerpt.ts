import { redact } from '../core/redact.ts'
import type { LineBuffer } from '../ui/log-pane/line-buffer.ts'

const around = 20
const last = 60

/** Lines of a log to paste elsewhere, without secrets: those around the line with this number, or the last ones where there is none. */
export function logExcerpt(buffer: LineBuffer, line: number | undefined): string {
  const from = line === undefined ? buffer.end - last : buffer.positionOf(line) - around
  const to = line === undefined ? buffer.end : buffer.positionOf(line) + around + 1
  const lines: string[] = []
  for (let position = Math.max(buffer.first, from); position < Math.min(buffer.end, to); position += 1) {
    const text = buffer.at(position)?.text
    if (text !== undefined) lines.push(text)
  }
  return redact(lines.join('\n'))
}
