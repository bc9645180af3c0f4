import { describe, expect, test } from 'vitest'
import { diagnoseText } from '#src/diagnosis/diagnose.ts'

const starts: Readonly<Record<string, string>> = {
  'vLLM 0.6 (V0)': `INFO 11-20 10:00:00 api_server.py:528] vLLM API server version 0.6.3
WARNING 11-20 10:00:01 arg_utils.py:930] The model has a long context length (131072). This may cause OOM errors during the initial memory profiling phase
INFO 11-20 10:00:02 llm_engine.py:237] Initializing an LLM engine (v0.6.3) with config: model='Qwen/Qwen2.5-7B', rope_scaling=None
INFO 11-20 10:00:20 model_runner.py:1067] Loading model weights took 14.2487 GB
INFO 11-20 10:00:25 gpu_executor.py:122] # GPU blocks: 9543, # CPU blocks: 4681
INFO 11-20 10:00:25 model_runner.py:1399] CUDA graphs can take additional 1~3 GiB memory per GPU. If you are running out of memory, consider decreasing \`gpu_memory_utilization\` or enforcing eager mode.
INFO:     Application startup complete.`,
  'vLLM 0.11 (V1), several GPUs': `(APIServer pid=1) INFO 11-20 10:00:00 [api_server.py:1839] vLLM API server version 0.11.0
(EngineCore_DP0 pid=9) INFO 11-20 10:00:05 [core.py:77] Initializing a V1 LLM engine (v0.11.0) with config: model='Qwen/Qwen3-8B', tensor_parallel_size=2
(Worker_TP0 pid=11) INFO 11-20 10:00:09 [pynccl.py:103] vLLM is using nccl==2.27.3
(Worker_TP0 pid=11) WARNING 11-20 10:00:10 [custom_all_reduce.py:144] Custom allreduce is disabled because your platform lacks GPU P2P capability or P2P test failed. To silence this warning, specify disable_custom_all_reduce=True explicitly.
(Worker_TP0 pid=11) ERROR 11-20 10:00:11 [fa_utils.py:57] Cannot use FA version 2 is not supported due to FA2 is only supported on devices with compute capability >= 8
(Worker_TP0 pid=11) INFO 11-20 10:00:40 [gpu_model_runner.py:2392] Model loading took 7.8 GiB and 20.1 seconds
(EngineCore_DP0 pid=9) INFO 11-20 10:00:50 [kv_cache_utils.py:1087] GPU KV cache size: 98,304 tokens
(APIServer pid=1) INFO:     Application startup complete.`,
  'vLLM 0.32 on a CPU': `(APIServer pid=1) INFO 11-21 10:00:00 [api_utils.py:347]  ▄▄ ▄█ █     █     █ ▀▄▀ █  version 0.32.0
(APIServer pid=1) WARNING 11-21 10:00:01 [vllm.py:725] Model Runner V2 requires Triton; using the V1 model runner instead.
WARNING 11-21 10:00:01 [cpu.py:1] Failed to import from vllm._C with ModuleNotFoundError("No module named 'vllm._C'")
(APIServer pid=1) WARNING 11-21 10:00:02 [envs.py:1] Unknown vLLM environment variable detected: VLLM_USE_V1
(EngineCore pid=2) INFO 11-21 10:00:30 [kv_cache_utils.py:2327] CPU KV cache size: 131,072 tokens, Maximum concurrency for 256 tokens per request: 512.00x
(APIServer pid=1) INFO:     Application startup complete.`,
  'under WSL': `WARNING 11-20 10:00:00 [interface.py:300] Using 'pin_memory=False' as WSL is detected. This may slow down the performance.
INFO:     Application startup complete.`,
  'still loading': `(EngineCore pid=2) INFO 11-21 10:00:03 [gpu_model_runner.py:1] Starting to load model Qwen/Qwen3-8B...
(EngineCore pid=2) WARNING 11-21 10:00:03 [x.py:1] Using default MoE config. Performance might be sub-optimal! Config file not found
Loading safetensors checkpoint shards:  50% Completed | 2/4 [00:01<00:01,  1.00it/s]`,
  'llama.cpp': `build: 6100 (abcdef1) with cc (Debian 12.2.0) for x86_64-linux-gnu
load_tensors: CPU_Mapped model buffer size = 4460.45 MiB
llama_context: n_ctx = 4096
main: server is listening on http://127.0.0.1:8080 - starting the main loop
srv  update_slots: all slots are idle`,
  'stopped by a signal': `INFO:     Application startup complete.
(APIServer pid=1) INFO 11-21 10:00:00 [launcher.py:1] trigger received signal=SIGINT
(APIServer pid=1) ERROR 11-21 10:00:01 [async_llm.py:700] vllm.v1.engine.exceptions.EngineDeadError: EngineCore encountered an issue. See stack trace (above) for the root cause.
resource_tracker: There appear to be 1 leaked semaphore objects to clean up at shutdown`,
  'an optional package that is not there': `[2026-09-17 04:16:53] CUDA-fused xIELU not available (No module named 'xielu') – falling back to a Python version.
[2026-09-17 04:16:54] Load weight begin. avail mem=23.27 GB`,
  'requests that are refused while serving': `INFO:     Application startup complete.
ERROR 11-21 10:00:00 [serving.py:1] Traceback (most recent call last):
ERROR 11-21 10:00:00 [serving.py:1] ValueError: This model's maximum context length is 256 tokens. However, you requested 1000 tokens
INFO:     127.0.0.1:5000 - "POST /v1/completions HTTP/1.1" 400 Bad Request`,
}

describe('a healthy log has no cause', () => {
  test.each(Object.entries(starts))('%s', (_, log) => {
    expect(diagnoseText(log)).toMatchObject({ cause: null, healthy: true, fixes: [] })
  })

  test.each(Object.entries(starts))('%s, cut off anywhere', (_, log) => {
    const lines = log.split('\n')
    for (let kept = 1; kept < lines.length; kept += 1) {
      const diagnosis = diagnoseText(lines.slice(0, kept).join('\n'))
      // Where the log ends with the workers' first contact it may be a hang, and is said to be no more than a possibility.
      if (diagnosis.cause !== null) expect([diagnosis.cause, diagnosis.confidence]).toEqual(['nccl-p2p-hang', 'guess'])
    }
  })
})

test('what a healthy log says is observed', () => {
  const { observed, engine } = diagnoseText(starts['vLLM 0.11 (V1), several GPUs'] ?? '')
  expect(engine).toEqual({ name: 'vllm', version: '0.11.0' })
  expect(observed).toMatchObject({ model: 'Qwen/Qwen3-8B', weightsGib: 7.8, kvCacheTokens: 98304, ready: true })
})

test('what failed before the server came up was no failure', () => {
  const retried = 'ERROR 01-01 10:00:00 [x.py:1] OSError: [Errno 28] No space left on device\n'
  expect(diagnoseText(retried).cause).toBe('disk-full')
  expect(diagnoseText(`${retried}INFO:     Application startup complete.`)).toMatchObject({
    cause: null,
    healthy: true,
  })
})

test('a line of level info tells of no failure, whatever its words', () => {
  expect(
    diagnoseText(
      'INFO 01-01 10:00:00 [x.py:1] Advice: with CUDA out of memory or No space left on device, see the manual',
    ),
  ).toMatchObject({ cause: null, healthy: true })
})
