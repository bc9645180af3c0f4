import { defineConfig } from 'vitest/config'

// The real program in a real terminal, with the real engine: one file after the other, with time for an engine to start.
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    // Needs an engine that is there already (RIGUP_TEST_VENV); run by itself with: npm run test:engine
    exclude: process.env.RIGUP_TEST_VENV ? [] : ['test/e2e/real-engine.test.ts'],
    env: { TZ: 'UTC', LANG: 'C.UTF-8' },
    testTimeout: 900_000,
    hookTimeout: 900_000,
    fileParallelism: false,
  },
})
