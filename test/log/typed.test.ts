import { expect, test } from 'vitest'
import { parseLine } from '#src/log/parse.ts'
import { isTyped } from '#src/log/typed.ts'

test.each([
  '$ vllm serve a/b --trust-remote-code',
  '(venv) me@rig:~/models$ HF_HUB_OFFLINE=1 vllm serve a/b',
  'root@4f5e:/vllm-workspace# vllm serve a/b',
  'export NCCL_P2P_DISABLE=1',
  'NCCL_P2P_DISABLE=1 NCCL_DEBUG=INFO',
  'VLLM_ALLOW_LONG_MAX_MODEL_LEN=1 python -m vllm.entrypoints.openai.api_server',
  '  -e NCCL_P2P_DISABLE=1 \\',
  '      --trust-remote-code \\',
  '    - --trust-remote-code',
  '      - HF_HUB_OFFLINE=1',
  '      VLLM_USE_V1: "0"',
  '    runtime: nvidia',
  'docker run --gpus all -e CUDA_HOME=/usr/local/cuda vllm/vllm-openai:latest',
])('typed: %s', (line) => {
  expect(isTyped(parseLine(1, line))).toBe(true)
})

test.each([
  '# GPU blocks: 0, # CPU blocks: 512',
  'exitCode: 137',
  'docker: Error response from daemon: manifest unknown',
  'bash: vllm: command not found',
  'vllm serve: error: unrecognized arguments: --swap-space 4',
  '    VLLM_MEMORY_PROFILER_ESTIMATE_CUDAGRAPHS=0',
  'WARNING 01-01 10:00:00 [x.py:1] NCCL_CUMEM_ENABLE=0',
  'torch.OutOfMemoryError: CUDA out of memory.',
  'Killed',
])('said: %s', (line) => {
  expect(isTyped(parseLine(1, line))).toBe(false)
})

test('a hostile line costs no time', () => {
  const started = performance.now()
  for (const piece of ['AAA=', 'export ', '- ', 'a@', '$ ', '\\ ']) isTyped(parseLine(1, `${piece.repeat(3000)}!`))
  expect(performance.now() - started).toBeLessThan(200)
})
