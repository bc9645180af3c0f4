import type { Template } from '../../log/template.ts'

/** What a log shows about the machine and the start, beside failures; the same message can mean another thing with one of these. */
export type TraitSign = { readonly look: readonly Template[]; readonly unless?: readonly Template[] }

export const traitSigns = {
  wsl: { look: ['WSL is detected', 'microsoft-standard-WSL', 'WSL2', '/usr/lib/wsl/', 'under WSL'] },
  windows: {
    look: [
      'Windows fatal exception',
      '.dll',
      ':\\Users\\',
      ':\\Program',
      'win_amd64',
      'WinError',
      'C:\\',
      '\\lib\\site-packages',
      '\\python.exe',
      '\\Scripts\\',
      'PS C:',
    ],
  },
  rocm: {
    look: [
      'HIP error',
      'hipError',
      'HIP out of memory',
      'ROCm',
      'amdgpu',
      'rocm.py',
      'amdsmi',
      'device_name=AMD',
      '/opt/rocm',
      'RCCL',
      'rccl',
      'HSA_OVERRIDE',
    ],
  },
  cpu: {
    look: [
      'device_config=cpu',
      'CPU KV cache',
      'cpu_worker.py',
      'cpu_model_runner.py',
      'VLLM_CPU_KVCACHE_SPACE',
      'cpu_executor.py',
      '+cpu)',
      'platform cpu',
      'CPU backend. Only',
    ],
    unless: ['which also controls CPU memory on the CPU backend', 'despite its name', 'also controls CPU memory'],
  },
  ray: {
    look: ['RayWorkerWrapper', 'RayWorkerProc', 'ray_executor', 'ray_distributed_executor', 'Connected to Ray cluster'],
  },
  'several-workers': {
    look: [
      'tensor_parallel_size=2',
      'tensor_parallel_size=4',
      'tensor_parallel_size=8',
      'Worker_TP',
      'VllmWorker',
      'world_size=2',
      'world_size=4',
      'world_size=8',
      'nranks 2',
      'nranks 4',
      'nranks 8',
      'pipeline_parallel_size=2',
      "'tensor_parallel_size': ",
      "'pipeline_parallel_size': ",
      'WorkerProc',
    ],
  },
  // torch's out-of-memory text advises the setting; only where somebody set it does it count.
  'expandable-segments': {
    look: ['expandable_segments:True', 'expandable_segments: True'],
    unless: ['try setting', 'to avoid fragmentation'],
  },
  'out-of-memory': {
    look: [
      'CUDA out of memory',
      'HIP out of memory',
      'XPU out of memory',
      'OutOfMemoryError',
      'CUDA error: out of memory',
      'CUDA_ERROR_OUT_OF_MEMORY',
      'cudaErrorMemoryAllocation',
      'hipErrorOutOfMemory',
      'not enough GPU memory',
      'has a total capacity of {size:n} GiB of',
      // How an allocation fails inside vLLM's extension since it uses torch's stable interface.
      'torch_call_dispatcher{}aten::empty',
      'cudaMalloc failed: out of memory',
      'ErrorOutOfDeviceMemory',
    ],
  },
  // CPU and GPU share one memory: DGX Spark, Jetson.
  'unified-memory': { look: ['NVIDIA GB10', 'sm_121', 'NVIDIA Thor', 'sm_110', 'Jetson', 'tegra'] },
  arm: { look: ['aarch64', 'arm64', 'NVIDIA GB10', 'tegra', 'sbsa-linux'] },
  'llama-cpp': {
    look: ['ggml_', 'llama_model_load', 'llama_context: ', 'llama_init_from_model', 'llama runner', 'llama-server'],
  },
  // Set by the diagnoser itself when the server is up.
  'server-up': { look: [] },
  'conda-environment': { look: ['/envs/{}/bin/', '/venv/bin/', '/.venv/bin/'] },
  gguf: { look: ['.gguf', 'gguf.py', 'load_format=gguf', 'quantization=gguf'] },
  multimodal: {
    look: [
      'get_multimodal_embeddings',
      'embed_multimodal',
      'profile_multimodal',
      '_process_image_input',
      '_process_video_input',
      'vision_tower',
      'vision_encoder',
      'self.visual(',
      'max_multimodal_tokens',
      'Encoder cache will be initialized',
      'get_image_features',
      'encoder_outputs',
      'VisionTransformer',
      'vision_model',
    ],
  },
  'flash-attn-package': { look: ['flash_attn_2_cuda', 'flash_attn_interface', 'flash_attn_cuda'] },
  'newer-driver': {
    look: [
      'Driver Version: 58',
      'Driver Version: 59',
      'Driver Version: 6',
      'driver version 58',
      'driver 580',
      'driver 590',
    ],
  },
} as const satisfies Record<string, TraitSign>

export type Trait = keyof typeof traitSigns
