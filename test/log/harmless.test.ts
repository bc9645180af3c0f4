import { expect, test } from 'vitest'
import { harmlessReason } from '#src/log/harmless.ts'
import { parseLine } from '#src/log/parse.ts'

test.each([
  'WARNING 01-01 10:00:00 [custom_all_reduce.py:1] Custom allreduce is disabled because',
  "WARNING 01-01 10:00:00 [interface.py:1] Using 'pin_memory=False' as WSL is detected.",
  'WARNING 01-01 10:00:00 [envs.py:1] Unknown vLLM environment variable detected: VLLM_USE_V1',
  'WARNING 01-01 10:00:00 [system_utils.py:255] Found ulimit of 1024 and failed to automatically increase with error x. This can cause fd limit errors like `OSError: [Errno 24] Too many open files`.',
  'resource_tracker: There appear to be 1 leaked semaphore objects to clean up at shutdown',
])('%s', (line) => {
  expect(harmlessReason(parseLine(1, line))).toEqual(expect.any(String))
})

test.each([
  'ERROR 01-01 10:00:00 [core.py:1] ValueError: something',
  "WARNING 01-01 10:00:00 [cpu.py:1] Failed to import from vllm._C with ImportError('/v/_C.abi3.so: undefined symbol: _ZN3c10')",
  'INFO 01-01 10:00:00 [core.py:1] Starting',
])('says nothing about: %s', (line) => {
  expect(harmlessReason(parseLine(1, line))).toBeNull()
})
