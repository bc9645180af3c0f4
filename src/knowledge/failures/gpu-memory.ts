import { eager, fewerLayers, neighbours, smallerBatch } from './memory-fixes.ts'
import { advice, hint, proof, recipe, type Signature, strong } from './signature.ts'

const outOfMemory = [
  'CUDA out of memory',
  'HIP out of memory',
  'XPU out of memory',
  'OutOfMemoryError',
  'CUDA error: out of memory',
  'CUDA_ERROR_OUT_OF_MEMORY',
  'cudaErrorMemoryAllocation',
  'hipErrorOutOfMemory',
  'torch_call_dispatcher{}aten::empty',
  'has a total capacity of {} of which',
  'has a total capacity of {size:n} GiB of',
  // llama.cpp, on CUDA and ROCm alike, and on Vulkan.
  'cudaMalloc failed: out of memory',
  'hipMalloc failed: out of memory',
  'ErrorOutOfDeviceMemory',
  'ggml_vulkan: Device memory allocation of size',
] as const

/** llama.cpp says which of its buffers did not fit. */
const weightBuffers = [
  'unable to allocate CUDA{} buffer',
  'unable to allocate ROCm{} buffer',
  'unable to allocate Vulkan{} buffer',
  'unable to allocate SYCL{} buffer',
  'alloc_tensor_range: failed to allocate CUDA',
  'alloc_tensor_range: failed to allocate ROCm',
  'alloc_tensor_range: failed to allocate Vulkan',
  'alloc_tensor_range: failed to allocate SYCL',
] as const
const computeBuffers = [
  'failed to allocate compute buffers',
  'failed to allocate compute pp buffers',
  'failed to allocate compute tg buffers',
  'failed to allocate graph',
  'gallocr_reserve_n{}failed to allocate CUDA',
  'gallocr_reserve_n{}failed to allocate ROCm',
  'gallocr_reserve_n{}failed to allocate Vulkan',
] as const

const loadingFrames = [
  'in make_layers',
  'in create_weights',
  'in load_model',
  'in load_weights',
  'in weight_loader',
  'in _initialize_model',
  'in initialize_model$',
  'in prepare_fp8_layer',
  'in gptq_marlin_repack',
  'in marlin_make_workspace',
  'in repack_',
  'in _convert_to_',
  'in process_weights_after_loading',
  'in get_model',
  'Failed to load model - not enough GPU memory',
] as const

const laterFrames = [
  'in profile_run',
  'in _dummy_run',
  'in _dummy_sampler_run',
  'in capture_model',
  'in capture_graph',
  'in determine_num_available_blocks',
  'in determine_available_memory',
  'in _initialize_kv_caches',
  'in initialize_kv_cache',
  'in initialize_cache',
  'in _allocate_kv_cache',
  'in allocate_kv_cache',
  'in compile_or_warm_up_model',
  'in warm_up_model',
  'in profile_cudagraph_memory',
  'VLLM_MEMORY_PROFILER_ESTIMATE_CUDAGRAPHS',
  'in _capture_cudagraphs',
  'in forward',
  'compilation/decorators.py',
  'torch/_inductor/',
  'torch/_dynamo/',
  'torch._inductor.exc',
  'in profile_num_available_blocks',
  'in _allocate_kv_cache_tensors',
  'in _warm_up',
  'in kernel_warmup',
  'in execute_model',
  'cuda_graph',
  'cudagraph',
  'Capturing CUDA graph',
  'Capturing the model for CUDA graphs',
] as const

export const gpuMemory: readonly Signature[] = [
  {
    cause: 'gpu-oom-weights',
    signs: [
      proof('Failed to load model - not enough GPU memory', ...weightBuffers),
      { ...strong(...outOfMemory), unless: ['warming up sampler'], withoutTraits: ['server-up'] },
      strong('unable to allocate backend buffer'),
      { ...strong(...loadingFrames), unless: ['Error: '], traits: ['out-of-memory'] },
      { ...hint(...outOfMemory), during: ['loading', 'downloading'] },
    ],
    against: [
      { ...strong(...laterFrames), traits: ['out-of-memory'] },
      strong('out of memory occurred when warming up'),
      strong('Model loading took', 'Loading model weights took', 'Loading weights took'),
      strong('get_multimodal_embeddings', 'embed_multimodal', 'profile_multimodal'),
    ],
    sentence: 'The weights do not fit into GPU memory.',
    because:
      'Memory runs out while the weights are created or read, before any KV cache is reserved. Only fewer bytes per GPU help: a quantized checkpoint, more GPUs, or part of the weights in host memory.',
    fixes: [
      {
        title: 'a quantized checkpoint',
        change: advice,
        why: 'Four bits instead of sixteen need about a third of the memory.',
        risk: 'A small loss of quality.',
      },
      {
        title: 'more GPUs (tensor or pipeline parallel)',
        change: advice,
        why: 'Each GPU then holds a share of the weights.',
        risk: null,
      },
      {
        title: '4 GiB of the weights in host memory',
        change: recipe({ 'server.arguments.cpu-offload-gb': 4 }),
        why: 'The GPU holds so much less.',
        risk: 'Much slower: the weights cross the bus for each token.',
        versions: '>=0.5.4',
        withoutTraits: ['llama-cpp', 'unified-memory'],
      },
      fewerLayers,
    ],
    more: 'https://docs.vllm.ai/en/latest/configuration/conserving_memory/',
  },
  {
    cause: 'gpu-oom-multimodal-profiling',
    signs: [
      { ...strong(...outOfMemory), traits: ['multimodal'] },
      {
        ...strong(
          'in get_multimodal_embeddings',
          'in embed_multimodal',
          'in profile_multimodal',
          'in _process_image_input',
          'in _process_video_input',
          'in _execute_mm_encoder',
          'dummy_encoder_outputs',
          'in get_image_features',
        ),
        traits: ['out-of-memory'],
      },
    ],
    against: [strong('Capturing CUDA graph'), strong(...loadingFrames)],
    explains: ['gpu-oom-warmup-or-cudagraph', 'gpu-oom-weights', 'torch-compile-failure'],
    sentence: "The trial run of the model's vision part asks for more GPU memory than there is.",
    because:
      'Before it reserves the KV cache, vLLM runs the vision part once with the largest images and videos that the model allows. For some models that is tens of GiB.',
    fixes: [
      {
        title: 'one image and no video per request',
        change: recipe({ 'server.arguments.limit-mm-per-prompt': '{"image": 1, "video": 0}' }),
        why: 'The trial run is made for what one request may hold.',
        risk: 'Requests with more images or with video are refused.',
        versions: '>=0.6.0',
      },
      {
        title: 'skip that trial run',
        change: recipe({ 'server.arguments.skip-mm-profiling': true }),
        why: 'Nothing is run for the vision part at the start.',
        risk: 'Large images may then run out of memory while serving.',
        versions: '>=0.11.0',
      },
      smallerBatch,
    ],
    more: 'https://docs.vllm.ai/en/latest/configuration/conserving_memory/',
  },
  {
    cause: 'gpu-oom-warmup-or-cudagraph',
    signs: [
      proof('out of memory occurred when warming up sampler with {requests:n} dummy requests', ...computeBuffers),
      strong(...outOfMemory),
      {
        ...strong(...laterFrames),
        traits: ['out-of-memory'],
        unless: ['cudagraph_mode', 'cudagraph_capture_sizes', 'Cudagraph is disabled'],
      },
      { ...hint(...outOfMemory), during: ['compiling', 'profiling', 'kv-cache', 'warmup', 'graphs', 'api'] },
      { ...hint('Model loading took', 'Loading model weights took'), quiet: true, traits: ['out-of-memory'] },
    ],
    against: [{ ...strong(...loadingFrames), traits: ['out-of-memory'] }],
    explains: ['torch-compile-failure', 'triton-compile-failed'],
    derive: neighbours,
    sentence: 'The weights fit, but GPU memory runs out in the warm-up after them.',
    because:
      'After the weights come a trial run, the KV cache and the capture of CUDA graphs. What is outside the share given by the utilization has too little room.',
    fixes: [
      {
        title: 'utilization {lessUtilization}',
        change: recipe({ 'layout.utilization': '{lessUtilization}' }),
        why: 'Leaves more memory to warm-up and graphs.',
        risk: 'A smaller KV cache: fewer users or a shorter length.',
      },
      { ...eager, withoutTraits: ['llama-cpp'] },
      fewerLayers,
      {
        title: 'at most 64 requests at once',
        change: recipe({ 'layout.maxNumSeqs': 64 }),
        why: 'The warm-up runs with as many requests as are allowed at once.',
        risk: 'More users than that wait.',
      },
      smallerBatch,
    ],
    more: 'https://docs.vllm.ai/en/latest/configuration/conserving_memory/',
  },
]
