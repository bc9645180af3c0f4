import { eager, fewerLayers, neighbours, smallerBatch } from './memory-fixes.ts'
import { advice, command, frame, hint, proof, recipe, rootCommand, type Signature, strong } from './signature.ts'

export const kvCache: readonly Signature[] = [
  {
    cause: 'kv-no-memory',
    signs: [
      proof(
        'No available memory for the cache blocks',
        'Cannot auto-fit max_model_len: not enough GPU memory',
        'failed to allocate buffer for kv cache',
        'llama_kv_cache{}failed to allocate',
      ),
      strong(
        '# GPU blocks: 0,',
        '# cuda blocks: 0,',
        '# GPU blocks: 0 ',
        'num_gpu_blocks is 0',
        'number of GPU blocks: 0',
      ),
      hint('Available KV cache memory: -', 'reserved for KV Cache is -'),
      frame('check_enough_kv_cache_memory', 'assert num_gpu_blocks > 0', 'assert self.num_gpu_blocks'),
    ],
    derive: neighbours,
    sentence: 'No GPU memory is left for the KV cache.',
    because:
      'Weights and the trial run take all that the utilization allows, so not one block of KV cache can be reserved.',
    fixes: [
      {
        title: 'utilization {moreUtilization}',
        change: recipe({ 'layout.utilization': '{moreUtilization}' }),
        why: 'What is added goes to the KV cache alone.',
        risk: 'Less is left for the desktop and other programs on the GPU.',
        withoutTraits: ['cpu', 'llama-cpp'],
      },
      { ...eager, withoutTraits: ['llama-cpp'] },
      { ...smallerBatch, withoutTraits: ['llama-cpp'] },
      fewerLayers,
      {
        title: 'a smaller or quantized checkpoint, or more GPUs',
        change: advice,
        why: 'Each GPU then has more room beside the weights.',
        risk: null,
      },
    ],
    more: 'https://docs.vllm.ai/en/latest/configuration/conserving_memory/',
  },
  {
    cause: 'kv-too-small-for-max-len',
    signs: [
      {
        ...proof(
          'max seq len ({asked:n}), {}({needed:n} GiB KV cache is needed, which is larger than the available KV cache memory ({there:n} GiB){}estimated maximum model length is {estimate:n}',
          'max seq len ({asked:n}), {}({needed:n} {}KV cache is needed, which is larger than the available KV cache memory ({there:n}',
          'max seq len ({asked:n}) is larger than the maximum number of tokens that can be stored in KV cache ({estimate:n})',
          'KV cache is needed, which is larger than the available KV cache memory',
          'is larger than the maximum number of tokens that can be stored in',
          'To serve at least one request with the model',
        ),
        withoutTraits: ['cpu'],
      },
      { ...hint('estimated maximum model length is {estimate:n}'), withoutTraits: ['cpu'] },
      frame('in raise_if_cache_size_invalid'),
    ],
    derive: (values) => {
      const estimate = Number((values['estimate'] ?? '').replaceAll(',', ''))
      // A little less than the estimate: it is made for an idle card.
      const fitting = Math.floor(estimate / 16) * 16
      return {
        ...neighbours(values),
        ...(fitting > 0 ? { fitting: String(fitting), fittingText: fitting.toLocaleString('en-US') } : {}),
      }
    },
    sentence: 'The KV cache is too small for length {asked}: {there} GiB there, {needed} GiB needed.',
    otherwise: 'The KV cache is too small for one request of the full length.',
    because: 'Memory is left for the KV cache, but a single request of the maximum length does not fit into it.',
    fixes: [
      {
        title: 'length {fittingText}',
        change: recipe({ 'layout.maxModelLen': '{fitting}' }),
        why: 'The longest that fits, by the engine’s own estimate; everything else stays.',
        risk: 'Longer conversations are refused.',
      },
      {
        title: 'length as the memory allows',
        change: recipe({ 'server.arguments.max-model-len': 'auto', 'layout.maxModelLen': null }),
        why: 'The engine takes the longest that fits.',
        risk: 'Longer conversations are refused.',
        versions: '>=0.14.0',
      },
      {
        title: 'utilization {moreUtilization}',
        change: recipe({ 'layout.utilization': '{moreUtilization}' }),
        why: 'What is added goes to the KV cache alone.',
        risk: 'Less is left for the desktop and other programs on the GPU.',
      },
      {
        title: 'KV cache in fp8',
        change: recipe({ 'quantization.kvCacheDtype': 'fp8' }),
        why: 'Half the size.',
        risk: 'A small loss of quality; not every GPU and backend has it.',
      },
    ],
    more: 'https://docs.vllm.ai/en/latest/configuration/conserving_memory/',
  },
  {
    cause: 'free-mem-below-utilization',
    signs: [
      proof(
        'Free memory on device {}({free:n}/{total:n} GiB) on startup is less than desired GPU memory utilization ({utilization:n}',
        'on startup is less than desired GPU memory utilization',
        'Available memory on node {} ({free:n}/{total:n} GiB) on startup is less than desired CPU memory utilization ({utilization:n}',
        'on startup is less than desired CPU memory utilization',
        'is less than desired GPU memory utilization',
      ),
      proof('Decrease GPU memory utilization or reduce GPU memory used by other processes'),
      frame('in request_memory', 'requested_memory'),
    ],
    derive: (values) => {
      const share = Math.floor((Number(values['free']) / Number(values['total'])) * 100) / 100 - 0.01
      return share > 0.05 && share < 1 ? { fittingUtilization: share.toFixed(2) } : {}
    },
    explains: ['gpu-oom-weights', 'gpu-oom-warmup-or-cudagraph'],
    sentence:
      'Only {free} of {total} GiB are free, less than the share that the engine is told to take ({utilization}).',
    otherwise: 'Less memory is free than the share that the engine is told to take.',
    because:
      'Another program holds memory: a second engine, the desktop, or a worker that an earlier start left behind.',
    fixes: [
      {
        title: 'see which programs hold the GPU and end them',
        change: {
          kind: 'command',
          argv: ['nvidia-smi', '--query-compute-apps=pid,process_name,used_memory', '--format=csv'],
          needsRoot: false,
        },
        why: 'A worker left over from an earlier start is the usual reason.',
        risk: 'On a shared machine they may be somebody else’s.',
        withoutTraits: ['rocm', 'cpu'],
      },
      {
        title: 'see which programs hold the GPU and end them',
        change: command('rocm-smi', '--showpids'),
        why: 'A worker left over from an earlier start is the usual reason.',
        risk: 'On a shared machine they may be somebody else’s.',
        traits: ['rocm'],
      },
      {
        title: 'give back what the system keeps of files',
        change: rootCommand('sysctl', 'vm.drop_caches=3'),
        why: 'CPU and GPU share one memory here, and files that were read lately count as taken.',
        risk: 'Files are read from the disk again.',
        traits: ['unified-memory'],
      },
      {
        title: 'utilization {fittingUtilization}',
        change: recipe({ 'layout.utilization': '{fittingUtilization}' }),
        why: 'As much as is free now.',
        risk: 'A smaller KV cache.',
      },
      {
        title: 'another GPU that is free (the recipe’s layout.gpus)',
        change: advice,
        why: 'Where the programs on this one have to stay.',
        risk: null,
      },
    ],
  },
  {
    cause: 'memory-profiling-assert',
    signs: [
      proof(
        'Error in memory profiling',
        'current free memory {now:n}',
        'in assert_memory_footprint_increased_during_profiling',
      ),
      hint(
        'This happens when other processes sharing the same container release GPU memory',
        'This happens when the GPU memory was not properly cleaned up before initializing',
      ),
    ],
    sentence: 'Another process gave GPU memory back while vLLM was measuring, so the measurement is void.',
    because:
      'vLLM compares the free memory before and after a trial run. When another process ends meanwhile, more is free than before, and it stops rather than reserve a wrong amount.',
    fixes: [
      {
        title: 'start again once no other program uses the GPU',
        change: advice,
        why: 'The next measurement is undisturbed.',
        risk: null,
      },
      {
        title: 'start engines that share a GPU one after the other',
        change: advice,
        why: 'Each measures alone.',
        risk: null,
      },
    ],
  },
  {
    cause: 'max-num-seqs-exceeds-mamba-blocks',
    signs: [
      proof(
        'max_num_seqs ({asked:n}) exceeds available Mamba cache blocks ({blocks:n})',
        'exceeds available Mamba cache blocks',
        'exceeds the number of available Mamba cache blocks',
        'exceeds{}Mamba{}blocks',
      ),
      proof(
        'Please lower max_num_seqs to at most {blocks:n}',
        'available Mamba cache blocks ({blocks:n})',
        'Each decode request requires one Mamba cache block',
      ),
    ],
    derive: (values) => ((Number(values['blocks']) || 0) > 0 ? { fittingSeqs: values['blocks'] ?? '' } : {}),
    explains: ['gpu-oom-warmup-or-cudagraph'],
    sentence: 'The model keeps a state per request, and there is room for {blocks} of them, not {asked}.',
    otherwise: 'The model keeps a state per request, and there is room for fewer requests than are allowed.',
    because:
      'Hybrid models (Mamba, gated delta net) hold one block of state for each request at once. Memory is enough for fewer blocks than the number of requests allowed.',
    fixes: [
      {
        title: 'at most {fittingSeqs} requests at once',
        change: recipe({ 'layout.maxNumSeqs': '{fittingSeqs}' }),
        why: 'As many as there are blocks.',
        risk: 'More users than that wait.',
      },
      {
        title: 'at most 64 requests at once',
        change: recipe({ 'layout.maxNumSeqs': 64 }),
        why: 'Each request needs a block of state.',
        risk: 'More users than that wait.',
      },
    ],
  },
]
