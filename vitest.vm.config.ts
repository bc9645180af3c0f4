import { defineConfig } from 'vitest/config'

// A real machine under emulation: slow, and by its own command only.
export default defineConfig({
  test: {
    include: ['test/vm/**/*.test.ts'],
    env: { TZ: 'UTC', LANG: 'C.UTF-8' },
    testTimeout: 900_000,
    hookTimeout: 900_000,
    // Each has a machine of its own, and each machine keeps about one core busy.
    maxWorkers: 2,
  },
})
