/** One failure (or healthy start) that is made with the real engine. */
export type ProducedCase = {
  readonly name: string
  /** What is done to make it fail, for the header of the fixture. */
  readonly made: string
  /** The cause that a diagnosis must name; null where the log is healthy. */
  readonly cause: string | null
  /** Arguments after the model. */
  readonly flags?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  /** Instead of the tiny model: a name, or what is changed in a copy of it. */
  readonly model?: string
  readonly change?: (model: ModelCopy) => Promise<void>
  /** A shell limit around the engine, `-n 64`; carried out by bash's ulimit. */
  readonly limit?: string
  readonly occupyPort?: true
  /** What happens once the server is up: it is stopped unless said otherwise. */
  readonly once?: 'chat' | 'kill-engine'
  /** Another program than the engine: arguments of uv. */
  readonly uv?: readonly string[]
}

/** A copy of the tiny model that a case may damage. */
export type ModelCopy = {
  readonly folder: string
  editConfig(change: (config: Record<string, unknown>) => void): Promise<void>
  truncate(file: string, bytes: number): Promise<void>
  write(file: string, text: string): Promise<void>
  remove(file: string): Promise<void>
}

const eager = ['--enforce-eager', '--max-model-len', '256'] as const
/** Without a fixed KV cache, so that the share of memory counts. */
const twoWorkers = {
  VLLM_CPU_OMP_THREADS_BIND: 'nobind',
  VLLM_CPU_NUM_OF_RESERVED_CPU: '0',
  VLLM_CPU_KVCACHE_SPACE: '0',
} as const

export const producedCases: readonly ProducedCase[] = [
  { name: 'healthy', made: 'nothing: a start that works, stopped with SIGINT', cause: null, flags: eager },
  {
    name: 'healthy-v1-variable',
    made: 'VLLM_USE_V1=0, which this version does not read',
    cause: null,
    flags: eager,
    environment: { VLLM_USE_V1: '0' },
  },
  {
    name: 'healthy-compiled',
    made: 'nothing: a start with compilation',
    cause: null,
    flags: ['--max-model-len', '256'],
  },
  {
    name: 'no-device',
    made: 'a build for no device that this machine has: no GPU, and not told that it is for the CPU',
    cause: 'failed-to-infer-device',
    environment: { VLLM_TARGET_DEVICE: 'cuda' },
  },
  {
    name: 'flag-removed',
    made: '--swap-space, which this version no longer has',
    cause: 'cli-flag-unknown',
    flags: ['--swap-space', '4'],
  },
  { name: 'flag-value', made: '--dtype int3', cause: 'cli-flag-unknown', flags: ['--dtype', 'int3'] },
  {
    name: 'quantization-not-of-checkpoint',
    made: '--quantization awq for a checkpoint that is not quantized',
    cause: 'quant-method-mismatch',
    flags: ['--quantization', 'awq'],
  },
  {
    name: 'quantization-unknown',
    made: '--quantization bitsandbytes, which is a plugin now',
    cause: 'quant-method-mismatch',
    flags: ['--quantization', 'bitsandbytes'],
  },
  { name: 'model-path', made: 'a folder that does not exist', cause: 'model-path-invalid', model: '/models/missing' },
  {
    name: 'model-empty-folder',
    made: 'a folder without config.json',
    cause: 'model-path-invalid',
    change: (model) => model.remove('config.json'),
  },
  {
    name: 'model-truncated',
    made: 'model.safetensors cut off in the middle',
    cause: 'checkpoint-corrupt',
    change: (model) => model.truncate('model.safetensors', 200_000),
    flags: eager,
  },
  {
    name: 'model-lfs-pointer',
    made: 'a Git LFS pointer instead of model.safetensors',
    cause: 'checkpoint-corrupt',
    change: (model) =>
      model.write('model.safetensors', 'version https://git-lfs.github.com/spec/v1\noid sha256:4f1d\nsize 3145728\n'),
    flags: eager,
  },
  {
    name: 'model-no-weights',
    made: 'no weights beside config.json',
    cause: 'model-path-invalid',
    change: (model) => model.remove('model.safetensors'),
    flags: eager,
  },
  {
    name: 'length-beyond-model',
    made: '--max-model-len 100000',
    cause: 'max-len-exceeds-model',
    flags: ['--max-model-len', '100000'],
  },
  {
    name: 'kv-space',
    made: 'VLLM_CPU_KVCACHE_SPACE=1 and a length of 4,000,000',
    cause: 'cpu-kv-space-too-small',
    change: (model) =>
      model.editConfig((config) => {
        config['max_position_embeddings'] = 4_000_000
      }),
    flags: ['--enforce-eager', '--max-model-len', '4000000', '--max-num-batched-tokens', '2048'],
  },
  {
    name: 'tensor-parallel-heads',
    made: '--tensor-parallel-size 3 for 8 heads',
    cause: 'tp-not-dividing-heads',
    flags: ['--tensor-parallel-size', '3'],
  },
  {
    name: 'two-workers-memory',
    made: 'two workers and VLLM_CPU_KVCACHE_SPACE=0',
    cause: 'cpu-kv-space-too-small',
    flags: [...eager, '--tensor-parallel-size', '2', '--gpu-memory-utilization', '0.95'],
    environment: twoWorkers,
  },
  { name: 'port', made: 'another program listens on the port', cause: 'port-in-use', flags: eager, occupyPort: true },
  {
    name: 'hub-unreachable',
    made: 'a name on the hub, and no way to it',
    cause: 'hf-offline-or-unreachable',
    model: 'example/unreachable',
    environment: { HF_ENDPOINT: 'http://127.0.0.1:9', HF_HUB_ETAG_TIMEOUT: '2' },
  },
  {
    name: 'hub-offline',
    made: 'a name on the hub, and HF_HUB_OFFLINE=1',
    cause: 'hf-offline-or-unreachable',
    model: 'example/unreachable',
    environment: { HF_HUB_OFFLINE: '1' },
  },
  {
    name: 'disk-full',
    made: 'temporary files on a file system of 16 KiB',
    cause: 'disk-full',
    flags: ['--max-model-len', '256'],
    environment: { VLLM_CACHE_ROOT: '{full}', TMPDIR: '{full}' },
  },
  {
    name: 'engine-killed',
    made: 'the engine process ended with SIGKILL once the server is up',
    cause: 'root-cause-not-in-log',
    flags: eager,
    once: 'kill-engine',
  },
  {
    name: 'architecture-unknown',
    made: 'architectures: ["NobodyForCausalLM"] in config.json',
    cause: 'arch-not-supported',
    change: (model) =>
      model.editConfig((config) => {
        config['architectures'] = ['NobodyForCausalLM']
      }),
  },
  {
    name: 'model-type-unknown',
    made: 'model_type: "nobody" in config.json',
    cause: 'transformers-too-old',
    change: (model) =>
      model.editConfig((config) => {
        config['model_type'] = 'nobody'
      }),
  },
  {
    name: 'remote-code',
    made: 'an auto_map in config.json',
    cause: 'trust-remote-code-needed',
    change: (model) =>
      model.editConfig((config) => {
        config['model_type'] = 'nobody'
        config['auto_map'] = { AutoConfig: 'configuration_nobody.NobodyConfig' }
      }),
  },
  {
    name: 'rope-scaling',
    made: 'rope_scaling of a type that nobody knows in config.json',
    cause: 'rope-scaling-invalid',
    change: (model) =>
      model.editConfig((config) => {
        config['rope_scaling'] = { rope_type: 'nobody', factor: 8 }
        config['rope_parameters'] = { rope_type: 'nobody', factor: 8, rope_theta: 10000 }
      }),
  },
  {
    name: 'chat-template',
    made: 'no chat template, and a chat request',
    cause: 'chat-template-missing',
    flags: eager,
    change: async (model) => {
      await model.remove('chat_template.jinja')
      await model.write('tokenizer_config.json', '{"tokenizer_class": "PreTrainedTokenizerFast"}')
    },
    once: 'chat',
  },
  {
    name: 'batched-tokens',
    made: '--max-num-batched-tokens below the length, without chunked prefill',
    cause: 'batched-tokens-below-max-len',
    flags: [
      '--max-model-len',
      '256',
      '--max-num-batched-tokens',
      '128',
      '--no-enable-chunked-prefill',
      '--max-num-seqs',
      '4',
    ],
  },
  { name: 'open-files', made: 'ulimit -n 40', cause: 'ulimit-nofile', flags: eager, limit: '-n 40' },
  {
    name: 'address-space',
    made: 'ulimit -v 2600000',
    cause: 'host-memory-mmap-failed',
    flags: eager,
    limit: '-v 2600000',
  },
  {
    name: 'no-compiler',
    made: 'CXX names a compiler that is not there',
    cause: 'c-compiler-missing-or-broken',
    flags: ['--max-model-len', '256'],
    environment: { CXX: '/usr/bin/missing-g++', VLLM_CACHE_ROOT: '{empty}', TORCHINDUCTOR_CACHE_DIR: '{empty}' },
  },
  {
    name: 'attention-backend',
    made: '--attention-backend NOBODY, which no version has',
    cause: 'attention-backend-invalid',
    flags: [...eager, '--attention-backend', 'NOBODY'],
  },
  { name: 'gguf', made: 'a GGUF file', cause: 'gguf-unsupported', model: '{gguf}', flags: eager },
  {
    name: 'no-solution',
    made: 'uv pip compile of two requirements that contradict each other',
    cause: 'pip-resolve-conflict',
    uv: ['pip', 'compile', '{requirements}'],
  },
]
