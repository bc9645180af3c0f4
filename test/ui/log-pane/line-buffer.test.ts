import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LineBuffer } from '#src/ui/log-pane/line-buffer.ts'
import { findLine } from '#src/ui/log-pane/search.ts'
import { logLine, logLines } from '#test/support/log-lines.ts'

function textsOf(buffer: LineBuffer): string[] {
  return Array.from({ length: buffer.size }, (_, index) => buffer.at(buffer.first + index)?.text ?? '?')
}

describe('a line buffer', () => {
  test('keeps the newest lines, at positions that do not change', () => {
    const buffer = new LineBuffer({ lines: 4 })
    buffer.push(logLines(1, 6))
    expect({ first: buffer.first, end: buffer.end, texts: textsOf(buffer) }).toEqual({
      first: 2,
      end: 6,
      texts: ['line 3', 'line 4', 'line 5', 'line 6'],
    })
    expect(buffer.at(1)).toBeUndefined()
    expect(buffer.at(6)).toBeUndefined()
  })

  test('is bounded in characters too, but always has the last line', () => {
    const buffer = new LineBuffer({ characters: 10 })
    buffer.push([logLine(1, 'aaaa'), logLine(2, 'bbbb'), logLine(3, 'cccc')])
    expect(textsOf(buffer)).toEqual(['bbbb', 'cccc'])
    buffer.push([logLine(4, 'd'.repeat(50))])
    expect(textsOf(buffer)).toEqual(['d'.repeat(50)])
  })

  test('takes a redrawing in place of what it redraws', () => {
    const buffer = new LineBuffer()
    buffer.push([logLine(1), logLine(2, '10 %'), logLine(2, '20 %')])
    buffer.push([logLine(2, '30 %'), logLine(3)])
    expect(textsOf(buffer)).toEqual(['line 1', '30 %', 'line 3'])
  })

  test('keeps every piece of a line that came in pieces', () => {
    const buffer = new LineBuffer()
    buffer.push([logLine(1, 'a'.repeat(16 * 1024)), logLine(1, 'b')])
    expect(buffer.size).toBe(2)
  })

  test.each([
    [1, 3],
    [3, 3],
    [5, 5],
    [99, 8],
  ])('finds line number %i at the line with number %i', (number, found) => {
    const buffer = new LineBuffer({ lines: 6 })
    buffer.push(logLines(1, 8))
    expect(buffer.at(buffer.positionOf(number))?.number).toBe(found)
  })

  test('holds what a plain list would hold', () => {
    const pushes = fc.array(fc.array(fc.string({ maxLength: 8 }), { maxLength: 8 }), { maxLength: 8 })
    fc.assert(
      fc.property(
        pushes,
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 30 }),
        (lists, lines, characters) => {
          const buffer = new LineBuffer({ lines, characters })
          const model: string[] = []
          let number = 0
          for (const texts of lists) {
            buffer.push(texts.map((text) => logLine(++number, text)))
            for (const text of texts) {
              model.push(text)
              while (model.length > lines || (model.length > 1 && model.join('').length > characters)) model.shift()
            }
          }
          expect(textsOf(buffer)).toEqual(model)
        },
      ),
    )
  })
})

describe('search', () => {
  const buffer = new LineBuffer()
  buffer.push([logLine(1, 'Loading weights'), logLine(2, 'CUDA error'), logLine(3, 'loading again'), logLine(4, 'end')])

  test.each([
    ['loading', 3, -1, 2],
    ['loading', 1, -1, 0],
    ['loading', 1, 1, 2],
    ['Loading', 3, -1, 0],
    ['loading', 3, 1, 0],
    ['cuda', 0, 1, 1],
    ['none', 0, 1, null],
    ['', 0, 1, null],
  ] as const)('%j from %i in direction %i is at %s', (query, from, direction, position) => {
    expect(findLine(buffer, query, from, direction)).toBe(position)
  })

  test('finds nothing in an empty log', () => expect(findLine(new LineBuffer(), 'x', 0, 1)).toBeNull())
})
