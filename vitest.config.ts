import { defineConfig } from 'vitest/config'

// COLUMNS and LINES keep Ink from asking `tput` in a child process at each layout.
const env = { COLUMNS: '100', LINES: '40', FORCE_COLOR: '0', TZ: 'UTC', LANG: 'C.UTF-8' }

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    exclude: ['test/e2e/**', 'test/vm/**'],
    env,
    testTimeout: 20_000,
  },
})
