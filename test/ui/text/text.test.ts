import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clip, cut, pad, widthOf } from '#src/ui/text/width.ts'
import { wrap } from '#src/ui/text/wrap.ts'

const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '模', '👍', 'é', '한') })

describe('width', () => {
  test.each([
    ['', 0],
    ['abc', 3],
    ['模型', 4],
    ['👍', 2],
    ['👩‍💻', 2],
    ['é', 1],
  ])('%j is %i columns wide', (value, columns) => expect(widthOf(value)).toBe(columns))

  test.each([
    ['abcdef', 4, 'abc…'],
    ['abcd', 4, 'abcd'],
    ['模型模型', 5, '模型…'],
    ['模型模型', 4, '模…'],
    ['abc', 0, ''],
    ['abc', 1, '…'],
  ])('%j cut to %i is %j', (value, columns, expected) => expect(cut(value, columns, '…')).toBe(expected))

  test('nothing is wider than it was cut or clipped to, and what fits stays', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 0, max: 12 }), (value, columns) => {
        expect(widthOf(cut(value, columns, '…'))).toBeLessThanOrEqual(columns)
        expect(widthOf(clip(value, columns))).toBeLessThanOrEqual(columns)
        if (widthOf(value) <= columns) expect(cut(value, columns, '…')).toBe(value)
      }),
    )
  })

  test.each([
    ['模', 4, 'left', '模  '],
    ['12', 4, 'right', '  12'],
    ['12345', 4, 'right', '12345'],
  ] as const)('%j padded to %i, %s: %j', (value, columns, align, expected) => {
    expect(pad(value, columns, align)).toBe(expected)
  })
})

describe('wrap', () => {
  test.each([
    ['one two three', 7, ['one two', 'three']],
    ['', 5, ['']],
    ['a\n\nb', 5, ['a', '', 'b']],
    ['abcdefgh', 3, ['abc', 'def', 'gh']],
    ['to abcdefgh', 4, ['to', 'abcd', 'efgh']],
    ['模型模型', 4, ['模型', '模型']],
    ['  - indented words', 12, ['  - indented', '    words']],
    ['  - indented words', 7, ['  -', 'indente', 'd words']],
    ['  $ echo abcdefghij k', 13, ['  $ echo', '    abcdefghi', '    j k']],
  ])('%j at %i', (value, columns, lines) => expect(wrap(value, columns)).toEqual(lines))

  test('no line is too wide, and no word is lost', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 2, max: 12 }), (value, columns) => {
        const lines = wrap(value, columns)
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns)
        expect(lines.join('').replaceAll(' ', '')).toBe(value.replaceAll(' ', ''))
      }),
    )
  })
})
