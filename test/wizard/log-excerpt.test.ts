import { expect, test } from 'vitest'
import { LineBuffer } from '#src/ui/log-pane/line-buffer.ts'
import { logExcerpt } from '#src/wizard/log-excerpt.ts'
import { logLines } from '../support/log-lines.ts'

function excerpt(count: number, line?: number): string[] {
  const buffer = new LineBuffer()
  buffer.push(logLines(1, count))
  return logExcerpt(buffer, line).split('\n')
}

test.each([
  ['around the evidence', 200, 100, 'line 80', 'line 120'],
  ['at the beginning', 200, 3, 'line 1', 'line 23'],
  ['at the end', 200, 199, 'line 179', 'line 200'],
  ['the last lines where nothing is told', 200, undefined, 'line 141', 'line 200'],
])('of a log is taken %s', (_, count, line, first, last) => {
  const lines = excerpt(count, line)
  expect([lines[0], lines.at(-1)]).toEqual([expect.stringContaining(first), expect.stringContaining(last)])
})

test('no secret of the log is copied', () => {
  const buffer = new LineBuffer()
  const [line] = logLines(1, 1)
  if (line) buffer.push([{ ...line, text: 'token hf_abcdefghijklmnopqrstuvwxyz' }])
  expect(logExcerpt(buffer, undefined)).not.toContain('abcdefghijklmnop')
})
