import { expect, test } from 'vitest'
import { basicAuthorization } from '#src/core/basic-authorization.ts'

test.each([
  ['http://me:p%40ss@host/', 'me:p@ss'],
  ['http://me:100%@host/', 'me:100%'],
  ['http://token@host/', 'token:'],
])('%s sends %s', (url, pair) => {
  expect(basicAuthorization(new URL(url))).toBe(`Basic ${Buffer.from(pair).toString('base64')}`)
})
