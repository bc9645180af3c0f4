import fc from 'fast-check'
import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import { asciiTwinOf } from '#src/ui/ascii-stream.ts'
import { signsOf } from '#src/ui/signs.ts'
import { widthOf } from '#src/ui/text/width.ts'

const signs = Object.entries(signsOf(true)).flatMap(([name, sign]) => [sign].flat().map((one) => ({ name, sign: one })))
const twins = Object.values(signsOf(false)).flat()

test.each(signs)('$name $sign is one column wide', ({ sign }) => {
  expect(stringWidth(sign)).toBe(1)
})

test.each(twins)('%s is ASCII and one column wide', (twin) => {
  expect(twin).toMatch(/^[\x20-\x7e]$/)
})

test('the fillings of a bar differ from each other', () => {
  for (const unicode of [true, false]) expect(new Set(signsOf(unicode).fills).size).toBe(5)
})

test.each([
  ['plain', 'plain'],
  ['swap → 64 GiB · ext4', 'swap > 64 GiB . ext4'],
  ['naïve café', 'naive cafe'],
  ['模型', '????'],
  ['e\u0301te\u0301', 'ete'],
  ['❤️ 👩‍💻', '?? ??'],
  ['\u001b[1m✓\u001b[0m', '\u001b[1m+\u001b[0m'],
])('%j in ASCII is %j and as wide', (text, twin) => {
  expect(asciiTwinOf(text)).toBe(twin)
  expect(stringWidth(asciiTwinOf(text))).toBe(stringWidth(text))
})

test('any text keeps its width', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      fc.pre(!/[\p{Cc}]/u.test(text))
      expect(widthOf(asciiTwinOf(text))).toBe(widthOf(text))
    }),
  )
})
