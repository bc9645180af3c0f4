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

  test('what came forward after the first contact of the workers did not hang there', () => {
    const contact = '(Worker_TP0 pid=1) INFO 01-01 10:00:00 [pynccl.py:111] vLLM is using nccl==2.28.9\n'
    expect(diagnoseText(contact)).toMatchObject({ cause: 'nccl-p2p-hang', confidence: 'guess' })
    const loading = '(Worker_TP0 pid=1) INFO 01-01 10:00:09 [gpu_model_runner.py:1] Starting to load model a/b...\n'
    expect(diagnoseText(contact + loading)).toMatchObject({ cause: null, healthy: true })
  })

  test('workers that wait for each other once may compile; minute after minute they hang', () => {
    const waits = (minute: number): string =>
      `(EngineCore pid=1) INFO 01-01 10:0${minute}:00 [shm_broadcast.py:705] No available shared memory broadcast block found in 60 seconds. This typically happens when some processes are hanging or doing some time-consuming work\n`
    expect(diagnoseText(waits(1))).toMatchObject({ cause: null, healthy: true })
    expect(diagnoseText(waits(1) + waits(2) + waits(3)).cause).toBe('nccl-p2p-hang')
  })

  test('a server that passes on its worker at level info does not hide an exception', () => {
    const relayed = '2026-01-01T10:00:00,123 [INFO ] W-9000-llm_1.0-stdout MODEL_LOG - '
    expect(
      diagnoseText(
        `${relayed}Traceback (most recent call last):\n${relayed}huggingface_hub.errors.GatedRepoError: 401 Client Error.`,
      ).cause,
    ).toBe('hf-gated-or-unauthorized')
  })

  test("torch's watchdog and its warnings are where a failure shows, not its cause", () => {
    const died =
      '[rank0]:[E1101 10:00:00.1 ProcessGroupNCCL.cpp:1595] [PG ID 2 Rank 0] Process group watchdog thread terminated with exception: CUDA error: an illegal memory access was encountered'
    expect(diagnoseText(died).cause).toBe('root-cause-not-in-log')
    const leftOver =
      '[rank0]:[W1101 10:00:00.1 ProcessGroupNCCL.cpp:1538] Warning: WARNING: destroy_process_group() was not called before program exit, which can leak resources.'
    expect(diagnoseText(`(EngineCore pid=1) EngineDeadError: dead\n${leftOver}`).cause).toBe('root-cause-not-in-log')
  })

  test('in the same frames of FlashInfer: the program that is named is the one that is missing', () => {
    const frames = `  File "/opt/v/flashinfer/sampling.py", line 54, in get_sampling_module
    module = gen_sampling_module().build_and_load()\n`
    for (const [program, cause] of [
      ['ninja', 'ninja-missing'],
      ['nvcc', 'nvcc-missing-flashinfer-jit'],
    ])
      expect(diagnoseText(`${frames}FileNotFoundError: [Errno 2] No such file or directory: '${program}'`).cause).toBe(
        cause,
      )
  })

  test('a traceback without its first and last line is a failure', () => {
    const frame =
      '(Worker_TP0 pid=1) ERROR 01-01 10:00:00 [multiproc_executor.py:597]   File "/opt/v/model.py", line 97, in __init__'
    expect(diagnoseText(frame)).toMatchObject({ cause: 'root-cause-not-in-log', healthy: false })
  })

  test('the end of a sentence that begins many messages names none of them', () => {
    for (const end of ['is not supported', 'are not supported', 'not yet supported'])
      expect(diagnoseText(`NotImplementedError: The layer ${end}`).cause).toBe('root-cause-not-in-log')
  })

  test('a kernel image that is invalid is a matter of AMD only on AMD', () => {
    expect(diagnoseText('RuntimeError: CUDA error: device kernel image is invalid').cause).toBe('no-kernel-image')
    expect(diagnoseText('RuntimeError: HIP error: device kernel image is invalid').cause).toBe('rocm-unsupported-gfx')
  })

  test('what was typed or configured is no message, whatever flags and variables it names', () => {
    const command = `(venv) me@rig:~$ HF_HUB_OFFLINE=1 NCCL_P2P_DISABLE=1 CUDA_HOME=/usr/local/cuda vllm serve a/b --trust-remote-code
      - VLLM_ALLOW_LONG_MAX_MODEL_LEN=1
      --trust-remote-code \\
export NCCL_P2P_DISABLE=1\n`
    expect(diagnoseText(command)).toMatchObject({ cause: null, healthy: true })
    expect(diagnoseText(`${command}RuntimeError: something else`).cause).toBe('root-cause-not-in-log')
    expect(diagnoseText(`${command}${outOfMemory}`).cause).toBe('gpu-oom-weights')
  })

  test('a warning names a cause only once something failed, or where it tells of an exception', () => {
    const capped =
      'WARNING 01-01 10:00:00 [compilation.py:1233] Capping cudagraph capture sizes from max 512 to 352 to fit Mamba cache blocks (361 blocks available).'
    expect(diagnoseText(capped)).toMatchObject({ cause: null, healthy: true })
    const import_ =
      "WARNING 01-01 10:00:00 [_custom_ops.py:20] Failed to import from vllm._C with ImportError('/opt/v/vllm/_C.abi3.so: undefined symbol: _ZN3c104cuda9SetDeviceEi')"
    expect(diagnoseText(import_).cause).toBe('torch-abi-undefined-symbol')
  })

  test('`Failed core proc(s): {}` is a missed handshake only where the engine told no error of its own', () => {
    const end =
      '(APIServer pid=1) RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}'
    expect(diagnoseText(end).cause).toBe('engine-handshake-timeout')
    expect(
      diagnoseText(`(EngineCore pid=2) ERROR 01-01 10:00:00 [core.py:1] FrobnicationError: no such thing\n${end}`)
        .cause,
    ).toBe('root-cause-not-in-log')
  })

  test('a line that is cut off where several messages begin alike names none of them', () => {
    expect(diagnoseText('RuntimeError: /m/x.bin: No such file or directory').cause).toBe('root-cause-not-in-log')
  })

  test.each([
    [
      'NCCL of the other workers',
      '(Worker_TP1 pid=5) ERROR 01-01 10:00:09 [x.py:1] torch.distributed.DistBackendError: NCCL error in: NCCLUtils.cpp:77, remote process exited or there was a network error',
    ],
    [
      'the watchdog of the other workers',
      '[rank1]:[E1101 10:00:09.1 ProcessGroupNCCL.cpp:632] Watchdog caught collective operation timeout: WorkNCCL(SeqNum=2)',
    ],
    ['a closed pipe', '(EngineCore pid=9) ConnectionResetError: [Errno 104] Connection reset by peer'],
    [
      'a closed store',
      '[rank1]:[W1101 10:00:09.1 TCPStore.cpp:106] [c10d] sendBytes failed on SocketImpl(fd=64): Broken pipe',
    ],
  ])('what follows when a worker has ended is not the cause: %s', (_, consequence) => {
    expect(diagnoseText(`${outOfMemory}\n${consequence}`).cause).toBe('gpu-oom-weights')
  })

  test('memory that runs out while torch compiles is no failure of the compiler', () => {
    expect(
      diagnoseText(
        'torch._inductor.exc.InductorError: OutOfMemoryError: CUDA out of memory. Tried to allocate 1.00 GiB.\n  File "/opt/v/torch/_inductor/graph.py", line 1, in compile_to_module',
      ).cause,
    ).toBe('gpu-oom-warmup-or-cudagraph')
  })
})
