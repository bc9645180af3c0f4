import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Bar } from '#src/ui/components/bar.tsx'
import { barCells } from '#src/ui/components/bar-cells.ts'
import { show } from '#test/support/component.tsx'

const gib = (value: number) => `${value.toFixed(1)} GiB`
const segments = [
  { label: 'weights', value: 4.9 },
  { label: 'KV', value: 3.6 },
  { label: 'free', value: 3.5, empty: true },
]

describe('a bar', () => {
  test('shows shares, the whole, and what is what', () => {
    const bar = show(<Bar label="GPU 0" segments={segments} total={12} width={54} format={gib} />)
    expect(bar.lines()).toEqual([
      'GPU 0 ████████████████▓▓▓▓▓▓▓▓▓▓▓···········  12.0 GiB',
      '█ weights 4.9  ▓ KV 3.6  · free 3.5',
    ])
  })

  test('says how much is too much', () => {
    const bar = show(<Bar segments={[{ label: 'weights', value: 20 }]} total={12} width={50} format={gib} />)
    expect(bar.frame()).toContain('12.0 GiB ! 8.0 GiB too much')
  })

  test('has an ASCII twin', () => {
    const bar = show(<Bar segments={segments} total={12} width={40} format={gib} />, { unicode: false })
    expect(bar.lines()[0]).toMatch(/^#+=+\.+ {2}12\.0 GiB$/)
  })

  test('is words for a screen reader', () => {
    const bar = show(<Bar label="GPU 0" segments={segments} total={12} width={40} format={gib} />, {
      screenReader: true,
    })
    expect(bar.frame().replaceAll('\n', ' ')).toBe('GPU 0: weights 4.9 GiB   KV 3.6 GiB   free 3.5 GiB, of 12.0 GiB')
  })
})

test('the cells are never more than the bar, and nothing that is there has none', () => {
  const value = fc.oneof(fc.constant(0), fc.double({ min: 0.001, max: 100, noNaN: true }))
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 1, maxLength: 5 }),
      fc.double({ min: 1, max: 100, noNaN: true }),
      (values, total) => {
        const width = 20
        const parts = values.map((each, fill) => ({ value: each, fill }))
        const cells = barCells(parts, total, width)
        expect(cells.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(width)
        for (const [index, count] of cells.entries()) expect(count > 0).toBe((values[index] ?? 0) > 0)
      },
    ),
  )
})
