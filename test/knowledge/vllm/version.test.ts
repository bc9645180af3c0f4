import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareVersions, isAtLeast, isBefore, minorOf } from '#src/knowledge/vllm/version.ts'

describe('versions compare as Python compares them', () => {
  test.each([
    ['0.6.6.post1', '0.6.6', 1],
    ['0.10.1.1', '0.10.1', 1],
    ['0.9.2', '0.10.0', -1],
    ['0.11', '0.11.0', 0],
    ['v0.33.0', '0.33.0', 0],
    ['0.33.0+cu129', '0.33.0', 0],
    ['0.34.0rc1', '0.34.0', -1],
    ['0.34.0.dev5', '0.34.0rc1', -1],
    ['0.34.0rc2', '0.33.9', 1],
  ])('%s against %s', (left, right, expected) => {
    expect(compareVersions(left, right)).toBe(expected)
  })

  test('any two versions compare the same way round', () => {
    const version = fc.array(fc.nat(40), { minLength: 1, maxLength: 4 }).map((numbers) => numbers.join('.'))
    fc.assert(
      fc.property(version, version, (left, right) => {
        expect(compareVersions(left, right) + compareVersions(right, left)).toBe(0)
        expect(isAtLeast(left, right)).toBe(!isBefore(left, right))
      }),
    )
  })

  test('the minor release of a patch', () => {
    expect(minorOf('0.10.1.1')).toBe('0.10')
    expect(minorOf('1')).toBe('1.0')
  })
})
