import { hint, proof, recipe, type Signature, strong } from './signature.ts'

export const windows: readonly Signature[] = [
  {
    cause: 'windows-native-unsupported',
    signs: [
      proof(
        "No module named 'uvloop'{}win",
        'vLLM only supports Linux platform',
        'vLLM only supports Linux',
        'vllm{}win_amd64',
        'Windows is not supported',
        'not support Windows',
        'uvloop does not support Windows',
        "No module named 'resource'",
        "AF_UNIX'",
        "module 'signal' has no attribute 'SIGKILL'",
        "No module named 'fcntl'",
        'platform: win32',
        "platform 'win32'",
      ),
      {
        ...strong(
          "No module named 'vllm._C'",
          'Failed to import from vllm._C',
          'error: subprocess-exited-with-error',
          'triton',
          'WinError',
          'MSVC',
          'Microsoft Visual C++',
          'No module named',
          'use_libuv',
          'Error in inspecting',
          'are not supported for now',
          'returned non-zero exit status',
          'site-packages',
          'Error:',
        ),
        traits: ['windows'],
        withoutTraits: ['wsl'],
      },
      hint('Windows-10', 'Windows-11', 'win32'),
    ],
    explains: [
      'arch-inspection-failed',
      'arch-not-supported',
      'python-dependency-missing',
      'pip-resolve-conflict',
      'triton-compile-failed',
      'source-build-missing-kernel',
      'c-compiler-missing-or-broken',
      'torch-compile-failure',
      'cuda-home-misconfigured',
    ],
    sentence: 'vLLM does not run on native Windows.',
    because: 'It is built and tested for Linux only. Under Windows it runs in WSL 2 or in a Linux container there.',
    fixes: [
      {
        title: 'install WSL 2 and start there',
        change: { kind: 'command', argv: ['wsl', '--install'], needsRoot: true },
        why: 'Inside it vLLM installs as on Linux.',
        risk: 'Needs a reboot.',
      },
      {
        title: 'llama.cpp or Ollama',
        change: recipe({ 'engine.route': 'ollama' }),
        why: 'Both run on native Windows.',
        risk: 'Fewer users at once.',
      },
    ],
  },
  {
    cause: 'wsl2-expandable-segments',
    signs: [
      {
        ...strong(
          'CUDA out of memory',
          'OutOfMemoryError',
          'CUDA error: out of memory',
          'CUDA driver error: out of memory',
          'cuMemCreate',
          'cuMemAddressReserve',
          'CUDA error: unknown error',
          'CUDA driver error',
        ),
        traits: ['wsl', 'expandable-segments'],
      },
      proof('expandable_segments not supported on this platform'),
      strong('CUDACachingAllocator{}expandable'),
    ],
    explains: ['gpu-oom-weights', 'gpu-oom-warmup-or-cudagraph', 'gpu-oom-multimodal-profiling', 'kv-no-memory'],
    sentence: 'Under WSL, expandable_segments makes torch run out of GPU memory that is free.',
    because:
      'The setting PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True uses a way of reserving memory that WSL’s driver does not support properly.',
    fixes: [
      {
        title: 'without expandable segments',
        change: recipe({
          'server.environment.PYTORCH_CUDA_ALLOC_CONF': null,
          'server.environment.PYTORCH_ALLOC_CONF': null,
        }),
        why: 'torch then reserves memory in the ordinary way.',
        risk: null,
      },
    ],
  },
]
