import { defineConfig } from 'vitest/config'

// The real program in a real terminal, with the real engine: one file after the other, with time for an engine to start.
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    env: { TZ: 'UTC', LANG: 'C.UTF-8' },
    testTimeout: 900_000,
    hookTimeout: 900_000,
    fileParallelism: false,
  },
})
