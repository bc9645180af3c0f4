import { expect, test } from 'vitest'
import { loadScreens } from '#src/ui/load-screens.ts'

test('there is no fetch while the screens load, and the same one afterwards', async () => {
  const before = globalThis.fetch
  const { Box, during } = await loadScreens(async () => ({ during: typeof globalThis.fetch, ...(await import('ink')) }))
  expect(during).toBe('undefined')
  expect(Box).toBeDefined()
  expect(globalThis.fetch).toBe(before)
})

test('fetch comes back after a failure too', async () => {
  await expect(loadScreens(() => Promise.reject(new Error('no module')))).rejects.toThrow('no module')
  expect(typeof globalThis.fetch).toBe('function')
})
