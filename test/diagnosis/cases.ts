import type { Cause } from '#src/diagnosis/cause.ts'

/** Logs written for these tests, in the words of the programs and of several of their versions: at least one for each cause. */
export const cases: readonly (readonly [Cause, string])[] = [
  [
    'gpu-oom-weights',
    `(EngineCore_DP0 pid=31) ERROR 03-04 10:00:00 [core.py:700]   File "/opt/v/vllm/v1/worker/gpu_model_runner.py", line 2338, in load_model
(EngineCore_DP0 pid=31) ERROR 03-04 10:00:00 [core.py:700]   File "/opt/v/vllm/model_executor/models/utils.py", line 600, in make_layers
(EngineCore_DP0 pid=31) ERROR 03-04 10:00:00 [core.py:700] torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 136.00 MiB. GPU 0 has a total capacity of 11.63 GiB of which 90.00 MiB is free.
(APIServer pid=7) RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}`,
  ],
  [
    'gpu-oom-weights',
    'RuntimeError: Failed to load model - not enough GPU memory. Try lowering --gpu-memory-utilization to free memory for weights',
  ],
  [
    'gpu-oom-warmup-or-cudagraph',
    `INFO 03-04 10:00:00 model_runner.py:692] Loading model weights took 14.9600 GB
ERROR 03-04 10:00:09 worker.py:1]   File "/opt/v/vllm/worker/worker.py", line 160, in determine_num_available_blocks
torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 1.16 GiB.`,
  ],
  [
    'gpu-oom-warmup-or-cudagraph',
    'RuntimeError: CUDA out of memory occurred when warming up sampler with 1024 dummy requests. Please try lowering `max_num_seqs` or `gpu_memory_utilization` when initializing the engine.',
  ],
  [
    'gpu-oom-multimodal-profiling',
    `(EngineCore pid=3) ERROR 07-01 08:00:00 [core.py:900]   File "/opt/v/vllm/v1/worker/gpu_model_runner.py", line 3100, in profile_run
(EngineCore pid=3) ERROR 07-01 08:00:00 [core.py:900]   File "/opt/v/vllm/model_executor/models/qwen2_5_vl.py", line 1110, in embed_multimodal
(EngineCore pid=3) ERROR 07-01 08:00:00 [core.py:900] torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 32.00 GiB.`,
  ],
  [
    'kv-no-memory',
    'ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization` when initializing the engine.',
  ],
  [
    'kv-no-memory',
    `INFO 06-05 12:13:05 llm_engine.py:275] # GPU blocks: 0, # CPU blocks: 512
ERROR 06-05 12:13:06 worker.py:12]   File "/opt/v/vllm/worker/worker.py", line 400, in raise_if_cache_size_invalid
ValueError: No available memory for the cache blocks.`,
  ],
  [
    'kv-too-small-for-max-len',
    "ValueError: The model's max seq len (32768) is larger than the maximum number of tokens that can be stored in KV cache (11984). Try increasing `gpu_memory_utilization` or decreasing `max_model_len` when initializing the engine.",
  ],
  [
    'free-mem-below-utilization',
    'ValueError: Free memory on device cuda:0 (3.02/23.57 GiB) on startup is less than desired GPU memory utilization (0.92, 21.69 GiB). Decrease GPU memory utilization or reduce GPU memory used by other processes.',
  ],
  [
    'memory-profiling-assert',
    'AssertionError: Error in memory profiling. Initial free memory 21.4 GiB, current free memory 22.0 GiB. This happens when other processes sharing the same container release GPU memory',
  ],
  [
    'max-num-seqs-exceeds-mamba-blocks',
    'ValueError: max_num_seqs (256) exceeds available Mamba cache blocks (41). Each decode request requires one Mamba cache block. Please lower max_num_seqs to at most 41 or increase gpu_memory_utilization.',
  ],
  [
    'host-oom-killed',
    '[ 8123.456789] Out of memory: Killed process 4242 (VLLM::Worker) total-vm:91234567kB, anon-rss:14234567kB',
  ],
  ['host-oom-killed', 'State: Terminated\n  Reason: OOMKilled\n  Exit Code: 137'],
  ['host-oom-killed', 'Loading safetensors checkpoint shards:  40% Completed | 4/10 [01:12<01:48, 18.1s/it]\nKilled'],
  [
    'host-oom-killed',
    'Nov 20 12:00:00 rig systemd[1]: vllm.service: A process of this unit has been killed by the OOM killer.',
  ],
  [
    'host-memory-mmap-failed',
    'RuntimeError: unable to mmap 4976698672 bytes from file </models/x/model-00001-of-00004.safetensors>: Cannot allocate memory (12)',
  ],
  [
    'shm-too-small',
    'rig:811:811 [0] misc/shmutils.cc:72 NCCL WARN Error: failed to extend /dev/shm/nccl-aB3dE9 to 33030532 bytes\nrig:811:811 [0] NCCL WARN Error while creating shared memory segment /dev/shm/nccl-aB3dE9 (size 33030528)\nRuntimeError: NCCL error: unhandled system error (run with NCCL_DEBUG=INFO for details)',
  ],
  ['disk-full', 'OSError: [Errno 28] No space left on device'],
  ['ulimit-nofile', 'OSError: [Errno 24] Too many open files'],
  [
    'cpu-kv-space-too-small',
    `INFO 05-05 10:00:00 [cpu_worker.py:80] VLLM CPU backend
ValueError: To serve at least one request with the models's max seq len (131072), (16.00 GiB KV cache is needed, which is larger than the available KV cache memory (4.00 GiB). Try increasing \`gpu_memory_utilization\` or decreasing \`max_model_len\` when initializing the engine.`,
  ],
  [
    'cpu-illegal-instruction',
    'INFO 11-01 10:00:00 [__init__.py:216] Automatically detected platform cpu.\nIllegal instruction (core dumped)',
  ],
  [
    'cuda-driver-too-old',
    'RuntimeError: The NVIDIA driver on your system is too old (found version 12020). Please update your GPU driver',
  ],
  [
    'cuda-compat-lib-conflict',
    'RuntimeError: Unexpected error from cudaGetDeviceCount(). Did you run some cuda functions before calling NumCudaDevices() that might have already set an error? Error 803: system has unsupported display driver / cuda driver combination',
  ],
  [
    'cuda-forward-compat-804',
    'RuntimeError: Unexpected error from cudaGetDeviceCount(). Error 804: forward compatibility was attempted on non supported HW',
  ],
  [
    'ptx-unsupported-toolchain',
    'RuntimeError: CUDA error: the provided PTX was compiled with an unsupported toolchain.',
  ],
  [
    'nvml-driver-library-mismatch',
    'Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 580.95',
  ],
  ['no-cuda-gpus-visible', 'RuntimeError: No CUDA GPUs are available'],
  ['visible-devices-uuid', "ValueError: invalid literal for int() with base 10: 'GPU-5e2c1a7b-0000'"],
  [
    'libcuda-not-found',
    "AssertionError: libcuda.so cannot found!\nPossible files are located at ['/usr/lib/libcuda.so.1']. Please create a symlink of libcuda.so to any of the files.",
  ],
  [
    'failed-to-infer-device',
    'RuntimeError: Failed to infer device type, please set the environment variable `VLLM_LOGGING_LEVEL=DEBUG` to turn on verbose logging to help debug the issue.',
  ],
  [
    'wsl2-nvml-fork',
    '(EngineCore_DP0 pid=9) ERROR 01-01 10:00:00 [core.py:900] vllm.third_party.pynvml.NVMLError_NotSupported: Not Supported',
  ],
  [
    'docker-nvidia-runtime-missing',
    'docker: Error response from daemon: could not select device driver "" with capabilities: [[gpu]].',
  ],
  ['no-kernel-image', 'torch.AcceleratorError: CUDA error: no kernel image is available for execution on the device'],
  [
    'gpu-compute-capability-too-low',
    'RuntimeError: Found Tesla P40 which is too old to be supported by the triton GPU compiler, which is used as the backend. Triton only supports devices of CUDA Capability >= 7.0',
  ],
  [
    'bf16-unsupported-gpu',
    'ValueError: Bfloat16 is only supported on GPUs with compute capability of at least 8.0. Your Tesla T4 GPU has compute capability 7.5. You can use float16 instead',
  ],
  [
    'fp8-unsupported-on-gpu',
    "ValueError(\"type fp8e4nv not supported in this architecture. The supported fp8 dtypes are ('fp8e4b15', 'fp8e5')\")",
  ],
  [
    'quant-unsupported-on-gpu',
    'ValueError: The quantization method awq_marlin is not supported for the current GPU. Minimum capability: 80. Current capability: 75.',
  ],
  [
    'attention-backend-invalid',
    "ValueError: Selected backend AttentionBackendEnum.FLASHMLA is not valid for this configuration. Reason: ['head_size not supported']",
  ],
  [
    'ptxas-gpu-name-unknown',
    "triton.runtime.errors.PTXASError: PTXAS error: Internal Triton PTX codegen error\nptxas fatal   : Value 'sm_121a' is not defined for option 'gpu-name'",
  ],
  [
    'rocm-unsupported-gfx',
    'RuntimeError: HIP error: invalid device function\nHIP kernel errors might be asynchronously reported at some other API call',
  ],
  [
    'rocm-device-permission',
    'Unable to open /dev/kfd read-write: Permission denied\nop is not member of "render" group',
  ],
  ['triton-gfx906-unsupported', "RuntimeError: unsupported target: 'gfx906'"],
  [
    'rocm-build-unsupported-isa',
    'csrc/quantization/x.hip:120:5: error: instruction not supported on this GPU\nninja: build stopped: subcommand failed. /opt/rocm/bin/hipcc --offload-arch=gfx906',
  ],
  [
    'cuda-runtime-lib-mismatch',
    'ImportError: libcudart.so.13: cannot open shared object file: No such file or directory',
  ],
  [
    'flash-attn-abi-mismatch',
    'ImportError: /opt/v/lib/python3.11/site-packages/flash_attn_2_cuda.cpython-311-x86_64-linux-gnu.so: undefined symbol: _ZN3c105ErrorC2ENS_14SourceLocationE',
  ],
  ['nccl-library-missing', 'OSError: libnccl.so.2: cannot open shared object file: No such file or directory'],
  ['cudnn-library-mismatch', 'ImportError: libcudnn.so.9: cannot open shared object file: No such file or directory'],
  ['torch-abi-undefined-symbol', 'ImportError: /opt/v/vllm/_C.abi3.so: undefined symbol: _ZN3c104cuda9SetDeviceEi'],
  [
    'transformers-too-old',
    'ValueError: The checkpoint you are trying to load has model type `qwen9` but Transformers does not recognize this architecture.',
  ],
  ['transformers-too-new', "AttributeError: Qwen2Tokenizer object has no attribute 'all_special_tokens_extended'"],
  ['numpy-incompatible', 'ImportError: Numba needs NumPy 2.2 or less. Got NumPy 2.3.'],
  [
    'pip-resolve-conflict',
    '  × No solution found when resolving dependencies:\n  ╰─▶ Because vllm==0.33.0 depends on certifi>=2026.10.19 and only certifi<=2026.9.1 is available, we can conclude that your requirements are unsatisfiable.',
  ],
  [
    'pip-resolve-conflict',
    'ERROR: Cannot install vllm==0.9.2 and torch==2.8.0 because these package versions have conflicting dependencies.\nERROR: ResolutionImpossible: for help visit https://pip.pypa.io',
  ],
  ['python-dependency-missing', "ModuleNotFoundError: No module named 'librosa'"],
  [
    'python-env-mixed',
    'Traceback (most recent call last):\n  File "/home/op/miniconda3/lib/python3.12/site-packages/vllm/x.py", line 1, in <module>\nsubprocess.CalledProcessError: Command \'[/home/op/miniconda3/envs/serve/bin/python]\' returned non-zero exit status 1.',
  ],
  [
    'windows-native-unsupported',
    'Traceback (most recent call last):\n  File "C:\\Users\\op\\venv\\Scripts\\vllm.exe\\__main__.py", line 4\nModuleNotFoundError: No module named \'vllm._C\'',
  ],
  [
    'nvcc-missing-flashinfer-jit',
    "RuntimeError: Could not find nvcc and default cuda_home='/usr/local/cuda' doesn't exist",
  ],
  ['ninja-missing', "FileNotFoundError: [Errno 2] No such file or directory: 'ninja'"],
  [
    'cuda-home-misconfigured',
    '/bin/sh: 1: :/usr/local/cuda-12.9/bin/nvcc: not found\nRuntimeError: the detected CUDA version (12.2) mismatches the version that was used to compile PyTorch',
  ],
  [
    'c-compiler-missing-or-broken',
    'RuntimeError: Failed to find C compiler. Please specify via CC environment variable or set triton.knobs.build.impl.',
  ],
  [
    'python-headers-missing',
    "/tmp/tmp1/main.c:4:10: fatal error: Python.h: No such file or directory\ncompilation terminated.\nsubprocess.CalledProcessError: Command '['/usr/bin/gcc', '/tmp/tmp1/main.c']' returned non-zero exit status 1.",
  ],
  ['triton-compile-failed', 'RuntimeError: PassManager::run failed'],
  [
    'torch-compile-failure',
    'torch._inductor.exc.InductorError: AssertionError: could not lower aten.x\nSet TORCH_LOGS="+dynamo" for more information',
  ],
  [
    'source-build-missing-kernel',
    "AttributeError: '_OpNamespace' '_C' object has no attribute 'awq_marlin_moe_repack'",
  ],
  [
    'hf-gated-or-unauthorized',
    'huggingface_hub.errors.GatedRepoError: 403 Client Error. Cannot access gated repo for url https://huggingface.co/x/y/resolve/main/config.json.',
  ],
  [
    'hf-proxy-ssl',
    "requests.exceptions.SSLError: HTTPSConnectionPool(host='huggingface.co', port=443): Max retries exceeded (Caused by SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate in certificate chain')))",
  ],
  [
    'hf-offline-or-unreachable',
    "OSError: We couldn't connect to 'https://huggingface.co' to load the files, and couldn't find them in the cached files.",
  ],
  ['checkpoint-corrupt', 'safetensors_rust.SafetensorError: Error while deserializing header: invalid JSON in header'],
  ['gguf-unsupported', 'ValueError: GGUF model with architecture deepseek2 is not supported yet.'],
  [
    'rope-scaling-invalid',
    "ValueError: `rope_scaling` must be a dictionary with two fields, `type` and `factor`, got {'factor': 8.0, 'rope_type': 'llama3'}",
  ],
  [
    'model-path-invalid',
    "OSError: /models/missing is not a local folder and is not a valid model identifier listed on 'https://huggingface.co/models'",
  ],
  [
    'trust-remote-code-needed',
    'ValueError: Loading x/y requires you to execute the configuration file in that repo on your local machine. Please set the option `trust_remote_code=True` to remove this error.',
  ],
  [
    'arch-not-supported',
    "ValueError: Model architectures ['NobodyForCausalLM'] are not supported for now. Supported architectures: dict_keys([...])",
  ],
  [
    'arch-inspection-failed',
    "ValueError: Model architectures ['LlamaForCausalLM'] failed to be inspected. Please check the logs for more details.",
  ],
  [
    'quant-method-mismatch',
    'ValueError: Quantization method specified in the model config (gptq) does not match the quantization method specified in the `quantization` argument (awq).',
  ],
  [
    'chat-template-missing',
    'INFO:     Application startup complete.\nERROR 01-01 10:00:00 [serving_chat.py:200] ValueError: As of transformers v4.44, default chat template is no longer allowed, so you must provide a chat template',
  ],
  ['cli-flag-unknown', 'usage: vllm serve [model_tag] [options]\nvllm: error: unrecognized arguments: --swap-space 4'],
  [
    'max-len-exceeds-model',
    "ValueError: User-specified max_model_len (65536) is greater than the derived max_model_len (max_position_embeddings=32768 or model_max_length=None in model's config.json).",
  ],
  [
    'batched-tokens-below-max-len',
    'ValueError: max_num_batched_tokens (2048) is smaller than max_model_len (32768). This effectively limits the maximum sequence length',
  ],
  ['port-in-use', 'OSError: [Errno 98] Address already in use'],
  [
    'v0-engine-removed',
    '  File "/opt/v/vllm/entrypoints/openai/api_server.py", line 160, in build_async_engine_client_from_engine_args\n    assert envs.VLLM_USE_V1\nAssertionError',
  ],
  ['v1-unsupported-feature', 'NotImplementedError: VLLM_USE_V1=1 is not supported with --kv-cache-dtype.'],
  [
    'tp-not-dividing-heads',
    'ValueError: Total number of attention heads (28) must be divisible by tensor parallel size (8).',
  ],
  [
    'quant-block-not-divisible-by-tp',
    "ValueError: The output_size of gate's and up's weight = 192 is not divisible by weight quantization block_n = 128.",
  ],
  ['ep-not-dividing-experts', 'AssertionError: number of experts (60) must be divisible by expert parallel size (8)'],
  ['tp-exceeds-gpu-count', 'ValueError: World size (4) is larger than the number of available GPUs (2) in this node.'],
  [
    'ray-placement-group-unsatisfied',
    'ValueError: Cannot provide a placement group requiring 16 GPUs within 1800 seconds.',
  ],
  [
    'wsl2-multi-gpu-nccl',
    "WARNING 01-01 10:00:00 [interface.py:300] Using 'pin_memory=False' as WSL is detected. This may slow down the performance.\nRuntimeError: NCCL error: unhandled cuda error (run with NCCL_DEBUG=INFO for details)",
  ],
  [
    'nccl-p2p-hang',
    '[rank0]:[E1101 10:10:00.1 ProcessGroupNCCL.cpp:616] [Rank 0] Watchdog caught collective operation timeout: WorkNCCL(SeqNum=1, OpType=ALLREDUCE)',
  ],
  [
    'cuda-fork-reinit',
    "RuntimeError: Cannot re-initialize CUDA in forked subprocess. To use CUDA with multiprocessing, you must use the 'spawn' start method",
  ],
  ['engine-handshake-timeout', 'RuntimeError: Did not receive response from front-end process within 5 minutes'],
  [
    'image-pull-failed',
    'docker: Error response from daemon: manifest for vllm/vllm-openai:v9.9.9 not found: manifest unknown: manifest unknown.',
  ],
  [
    'wsl2-expandable-segments',
    'Linux rig 5.15.167.4-microsoft-standard-WSL2\nexport PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True\ntorch.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacity of 23.99 GiB of which 22.10 GiB is free.',
  ],
  [
    'gpu-oom-weights',
    `Nov 20 12:00:00 rig ollama[77]: ggml_backend_cuda_buffer_type_alloc_buffer: allocating 20480.00 MiB on device 0: cudaMalloc failed: out of memory
Nov 20 12:00:00 rig ollama[77]: llama_model_load: error loading model: unable to allocate CUDA0 buffer
Nov 20 12:00:00 rig ollama[77]: panic: unable to load model: /var/lib/ollama/blobs/sha256-1`,
  ],
  [
    'gpu-oom-weights',
    'ggml_vulkan: Device memory allocation of size 4294967296 failed.\nggml_vulkan: vk::Device::allocateMemory: ErrorOutOfDeviceMemory\nalloc_tensor_range: failed to allocate Vulkan0 buffer of size 8589934592',
  ],
  [
    'gpu-oom-warmup-or-cudagraph',
    'ggml_gallocr_reserve_n: failed to allocate CUDA0 buffer of size 5368709120\ngraph_reserve: failed to allocate compute buffers\nllama_init_from_model: failed to initialize the context: failed to allocate compute pp buffers',
  ],
  [
    'kv-no-memory',
    'llama_init_from_model: failed to initialize the context: failed to allocate buffer for kv cache\nmain: error: unable to load model',
  ],
  ['host-memory-mmap-failed', 'Error: model requires more system memory (18.2 GiB) than is available (11.9 GiB)'],
  [
    'no-kernel-image',
    'ERROR: CUDA kernel mul_mat_q has no device code compatible with CUDA arch 520. ggml-cuda.cu was compiled for: 610,700,750',
  ],
  [
    'no-cuda-gpus-visible',
    'RuntimeError: CUDA unknown error - this may be due to an incorrectly set up environment, e.g. changing env variable CUDA_VISIBLE_DEVICES after program start. Setting the available devices to be zero.',
  ],
  ['attention-backend-invalid', 'NotImplementedError: TritonMLA with FP8 KV cache not yet supported'],
  ['fp8-unsupported-on-gpu', 'NotImplementedError: FlashAttention does not support fp8 kv-cache on this device.'],
  [
    'ray-placement-group-unsatisfied',
    "RuntimeError: driver node id 3f is not included in a placement group {}. You don't have enough GPUs available in a current node.",
  ],
  ['rocm-unsupported-gfx', 'ggml_cuda_compute_forward: MUL_MAT failed\nROCm error: invalid device function'],
  [
    'nccl-p2p-hang',
    "torch.distributed.DistBackendError: [1] is setting up NCCL communicator and retrieving ncclUniqueId from [0] via c10d key-value store by key '0', but store->get('0') got error: wait timeout after 600000ms",
  ],
  [
    'nvcc-missing-flashinfer-jit',
    'OSError: CUDA_HOME environment variable is not set. Please set it to your CUDA install root.',
  ],
  ['transformers-too-old', "ImportError: cannot import name 'Qwen3VLConfig' from 'transformers'"],
  ['model-path-invalid', 'llama_model_loader: failed to load model from /m/x.gguf: No such file or directory'],
  ['tp-exceeds-gpu-count', 'RuntimeError: please set tensor_parallel_size (4) to less than max local gpu count (2)'],
  ['cli-flag-unknown', "TypeError: AsyncEngineArgs.__init__() got an unexpected keyword argument 'swap_space'"],
  [
    'libcuda-not-found',
    `INFO 07-01 08:00:00 [__init__.py:248] No platform detected, vLLM is running on UnspecifiedPlatform
WARNING 07-01 08:00:01 [_custom_ops.py:21] Failed to import from vllm._C with ImportError('/usr/lib/libcuda.so.1: file too short')
Traceback (most recent call last):
  File "/opt/v/vllm/entrypoints/openai/cli_args.py", line 255, in make_arg_parser`,
  ],
  ['ptxas-gpu-name-unknown', 'ptxas /tmp/k.ptx, line 6; error   : PTX .version 8.4 does not support .target sm_120a'],
  [
    'gpu-oom-weights',
    'Error: llama runner process has terminated: error loading model: unable to allocate backend buffer',
  ],
  [
    'disk-full',
    'safetensors_rust.SafetensorError: Error while serializing: IoError(Os { code: 28, kind: StorageFull, message: "No space left on device" })',
  ],
  [
    'python-dependency-missing',
    `(EngineCore pid=4) ERROR [core.py:1136] EngineCore failed to start.
(EngineCore pid=4) ERROR [core.py:1136] RuntimeError: DeepGEMM backend is not available or outdated. Please install or update the \`deep_gemm\` to a newer version to enable FP8 kernels.
RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}`,
  ],
]
