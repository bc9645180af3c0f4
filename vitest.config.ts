import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

// A home that is not there: recipes and runs of whoever runs the tests have no say in them.
const nobody = join(tmpdir(), `rigup-tests-${process.pid}`)
const home = {
  XDG_CONFIG_HOME: join(nobody, 'config'),
  XDG_DATA_HOME: join(nobody, 'data'),
  XDG_STATE_HOME: join(nobody, 'state'),
}

// COLUMNS and LINES keep Ink from asking `tput` in a child process at each layout.
const env = { ...home, COLUMNS: '100', LINES: '40', FORCE_COLOR: '0', TZ: 'UTC', LANG: 'C.UTF-8' }

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    exclude: ['test/e2e/**', 'test/vm/**'],
    env,
    testTimeout: 20_000,
  },
})
