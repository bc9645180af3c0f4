import { expect, test } from 'vitest'
import { parseCount } from '#src/core/counts.ts'

test.each([
  ['4096', 4096],
  [' 32,768 ', 32_768],
  ['32k', 32_000],
  ['32K', 32_768],
  ['1m', 1_000_000],
  ['0', 0],
  ['', null],
  ['k', null],
  ['-5', null],
  ['1.5k', null],
  ['12g', null],
])('%j is %s', (text, count) => {
  expect(parseCount(text)).toBe(count)
})
