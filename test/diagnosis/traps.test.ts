import { describe, expect, test } from 'vitest'
import { diagnoseText } from '#src/diagnosis/diagnose.ts'

const outOfMemory = `(EngineCore pid=3) ERROR 07-01 08:00:00 [core.py:900]   File "/opt/v/worker.py", line 31, in load_model
(EngineCore pid=3) ERROR 07-01 08:00:00 [core.py:900] torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. If reserved but unallocated memory is large try setting PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True to avoid fragmentation.`

describe('traps of real logs', () => {
  test("torch's own advice of expandable_segments is no cause, not even under WSL", () => {
    expect(diagnoseText(outOfMemory).cause).toBe('gpu-oom-weights')
    expect(diagnoseText(`kernel 5.15-microsoft-standard-WSL2\n${outOfMemory}`).cause).toBe('gpu-oom-weights')
    expect(
      diagnoseText(`kernel 5.15-microsoft-standard-WSL2\nenv: expandable_segments:True\n${outOfMemory}`).cause,
    ).toBe('wsl2-expandable-segments')
  })

  test('the CPU backend: the setting is VLLM_CPU_KVCACHE_SPACE, whatever the message says', () => {
    const message =
      "ValueError: To serve at least one request with the model's max seq len (131072), (16.00 GiB KV cache is needed, which is larger than the available KV cache memory (4.00 GiB). Try increasing `gpu_memory_utilization` (which also controls CPU memory on the CPU backend)"
    expect(diagnoseText(message).cause).toBe('kv-too-small-for-max-len')
    const { cause, fixes } = diagnoseText(`INFO 01-01 10:00:00 [cpu_worker.py:70] auto thread binding\n${message}`)
    expect(cause).toBe('cpu-kv-space-too-small')
    expect(fixes[0]?.change).toEqual({ kind: 'recipe', set: { 'layout.cpuKvCacheGib': 17 } })
  })

  test('error 803 is mended by LD_LIBRARY_PATH, not by another driver', () => {
    const { fixes } = diagnoseText(
      'Driver Version: 580.95\nRuntimeError: Error 803: system has unsupported display driver / cuda driver combination',
    )
    expect(fixes[0]?.change).toMatchObject({
      kind: 'recipe',
      set: { 'server.environment.LD_LIBRARY_PATH': expect.any(String) },
    })
    expect(fixes.map(({ title }) => title).join()).not.toMatch(/newer driver|driver 580/)
  })

  test('VLLM_USE_V1 is one warning on newer versions, and an assertion on 0.11.0', () => {
    const warning = 'WARNING 11-21 10:00:00 [envs.py:1] Unknown vLLM environment variable detected: VLLM_USE_V1\n'
    expect(diagnoseText(`${warning}INFO:     Application startup complete.`)).toMatchObject({
      cause: null,
      healthy: true,
    })
    expect(
      diagnoseText(
        `${warning}ValueError: Free memory on device (1/24 GiB) on startup is less than desired GPU memory utilization`,
      ).cause,
    ).toBe('free-mem-below-utilization')
    expect(diagnoseText('Traceback (most recent call last):\n    assert envs.VLLM_USE_V1\nAssertionError').cause).toBe(
      'v0-engine-removed',
    )
  })

  test('failed workers and engines are never the cause', () => {
    const log = `(Worker_TP1 pid=5) ERROR 01-01 10:00:00 [multiproc_executor.py:700] WorkerProc failed to start.
(Worker_TP1 pid=5) ERROR 01-01 10:00:00 [multiproc_executor.py:700] RuntimeError: CUDA error: no kernel image is available for execution on the device
(EngineCore pid=3) Exception: WorkerProc initialization failed due to an exception in a background process. See stack trace for root cause.
(APIServer pid=1) RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}`
    expect(diagnoseText(log)).toMatchObject({ cause: 'no-kernel-image', evidence: [{ line: 2 }] })
  })

  test('HSA_OVERRIDE_GFX_VERSION=11.0.0 is never advised', () => {
    const { fixes } = diagnoseText('RuntimeError: HIP error: invalid device function (gfx1103)')
    for (const { title, change } of fixes) expect(`${title}${JSON.stringify(change)}`).not.toContain('11.0.0')
  })

  test('ninja: first the PATH of the environment, then an installation', () => {
    const { cause, fixes } = diagnoseText("FileNotFoundError: [Errno 2] No such file or directory: 'ninja'")
    expect(cause).toBe('ninja-missing')
    expect(fixes[0]?.title).toContain('PATH')
  })

  test('max_num_batched_tokens below the length is only a warning with chunked prefill', () => {
    const warning =
      'WARNING 01-01 10:00:00 [scheduler.py:254] max_num_batched_tokens (2048) is smaller than max_model_len (32768). This effectively limits'
    expect(diagnoseText(`${warning}\nINFO:     Application startup complete.`)).toMatchObject({
      cause: null,
      healthy: true,
    })
  })
})
