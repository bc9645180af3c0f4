import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createObserver, type Observer } from '#src/log/observe.ts'
import { createLogReader } from '#src/log/reader.ts'

function observe(text: string): Observer {
  const observer = createObserver()
  const reader = createLogReader()
  for (const line of [...reader.push(Buffer.from(text)), ...reader.end()]) observer.push(line)
  return observer
}

test.each([
  ['Starting to load model x...', 'loading'],
  ['model-00001-of-00004.safetensors:  12%|█▏        | 596M/4.98G', 'downloading'],
  ["Using cache directory: /c for vLLM's torch.compile", 'compiling'],
  ['torch.compile takes 20.0 s in total', 'compiling'],
  ['Memory profiling takes 3.39 seconds', 'profiling'],
  ['# cuda blocks: 27990, # CPU blocks: 2340', 'kv-cache'],
  ['GPU KV cache size: 98,304 tokens', 'kv-cache'],
  ['Capturing CUDA graph shapes:  50%|█████     | 17/34 [00:10<00:10]', 'graphs'],
  ['Capturing CUDA graphs (mixed prefill-decode, PIECEWISE):  50%|█████     | 17/34', 'graphs'],
  ['Starting vLLM API server 0 on http://127.0.0.1:8000', 'api'],
  ['INFO:     Application startup complete.', 'ready'],
  ['RuntimeError: Engine core initialization failed. See root cause above.', 'failed'],
  ["load_model: loading model '/m/x.gguf'", 'loading'],
  ['main: server is listening on http://127.0.0.1:8080', 'api'],
  ['0.00.093.292 I srv  llama_server: model loaded', 'api'],
  ['time=2026-11-20T10:00:00Z level=INFO source=server.go:628 msg="llama runner started in 2.51 seconds"', 'ready'],
])('%s', (line, phase) => {
  expect(observe(line).phase().phase).toBe(phase)
})

test('progress is told with its figures', () => {
  const observer = observe('Loading safetensors checkpoint shards:  62% Completed | 5/8 [01:12<00:43, 14.4s/it]')
  expect(observer.phase()).toEqual({ phase: 'loading', text: 'loading weights, 5 of 8 files', done: 5, total: 8 })
})

test('a server that is up stays up, whatever its lines say, until it stops', () => {
  const up = 'INFO:     Application startup complete.\nGPU KV cache size: 10 tokens\n'
  expect(observe(up).phase().phase).toBe('ready')
  expect(observe(`${up}INFO:     Application shutdown complete.`).phase().phase).toBe('stopped')
})

test('a real start on a CPU', () => {
  const observed = observe(readFileSync('test/fixtures/logs/produced/healthy.log', 'utf8')).observed()
  expect(observed).toMatchObject({
    engine: { name: 'vllm', version: '0.32.0' },
    model: '/models/tiny',
    kvCacheGib: 1,
    kvCacheTokens: 131_072,
    maxConcurrency: 512,
    shards: { done: 1, total: 1 },
    ready: true,
  })
})
