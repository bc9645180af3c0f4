import { defineConfig } from 'vitest/config'

// What needs more than the packages of a registry is run by itself, with the variable that says where it is: npm run test:engine
// (a virtual environment with a real vLLM), test:llama-cpp (a real llama-server), test:containers (a Docker daemon may be started).
const needed = {
  'test/e2e/real-engine.test.ts': 'RIGUP_TEST_VENV',
  'test/e2e/llama-cpp.test.ts': 'RIGUP_TEST_LLAMA_SERVER',
  'test/e2e/containers.test.ts': 'RIGUP_TEST_CONTAINERS',
}

// The real program in a real terminal, with the real engine: one file after the other, with time for an engine to start.
export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    exclude: Object.entries(needed).flatMap(([file, variable]) => (process.env[variable] ? [] : [file])),
    env: { TZ: 'UTC', LANG: 'C.UTF-8' },
    testTimeout: 900_000,
    hookTimeout: 900_000,
    fileParallelism: false,
  },
})
