import { advice, command, hint, proof, recipe, type Signature, strong } from './signature.ts'

export const rocm: readonly Signature[] = [
  {
    cause: 'rocm-unsupported-gfx',
    signs: [
      proof(
        'HIP error: invalid device function',
        'ROCm error: invalid device function',
        'No valid device function',
        'hipErrorInvalidDeviceFunction',
        'hipErrorNoBinaryForGpu',
        'Unable to find code object for all current devices',
        'hipErrorInvalidKernelFile',
        'hipErrorInvalidImage',
        'HIP error: device kernel image is invalid',
        'Cannot read {}TensileLibrary',
        'rocBLAS error: Cannot read',
        'HIP error: shared object initialization failed',
        'hipErrorSharedObjectInitFailed',
      ),
      // Some HIP errors say what else it is.
      {
        ...strong('HIP error'),
        unless: ['out of memory', 'illegal memory', 'invalid argument', 'launch failure', 'no ROCm'],
      },
      strong(
        'TensileLibrary',
        'hipBLASLt on an unsupported architecture',
        'amdsmi did not return valid GCN arch',
        'has too few digits',
        'unsupported architecture{}gfx',
        'is not supported by ROCm',
        'gfx{arch:w} is not supported',
        'Unsupported gfx',
        'unknown ROCm architecture',
        'Memory access fault by GPU node',
        'amdgpu [{}] is not supported',
        'HSA_STATUS_ERROR_INVALID_ISA',
        'No supported gfx',
      ),
      hint('HSA_OVERRIDE_GFX_VERSION', 'gfx'),
    ],
    against: [hint('unsupported target')],
    explains: ['no-kernel-image', 'torch-compile-failure'],
    sentence: 'torch or vLLM has no code for this AMD GPU.',
    because:
      'ROCm builds hold code for a list of gfx targets: gfx90a, gfx942, gfx950, gfx1100, gfx1101, gfx1150, gfx1151, gfx1200 and gfx1201 in vLLM’s own wheels and images. Anything else has no kernel.',
    fixes: [
      {
        title: 'see the target of each GPU',
        change: command('rocminfo'),
        why: 'The lines `Name: gfx...` decide.',
        risk: null,
      },
      {
        title: 'llama.cpp',
        change: recipe({ 'engine.route': 'llama-cpp' }),
        why: 'It is built for more targets (gfx906, gfx103x), and its Vulkan build runs on nearly all.',
        risk: 'Fewer users at once.',
      },
      {
        title: 'pose as a near target (RX 6000: HSA_OVERRIDE_GFX_VERSION=10.3.0)',
        change: advice,
        why: 'gfx1031 to 1036 run the code of gfx1030, where the build has it.',
        risk: 'A wrong value crashes the GPU. 11.0.0 for gfx1103 is wrong on ROCm 7.2.',
      },
    ],
    more: 'https://docs.vllm.ai/en/latest/getting_started/installation/gpu/',
  },
  {
    cause: 'rocm-device-permission',
    signs: [
      proof(
        'Unable to open /dev/kfd read-write',
        '/dev/kfd: Permission denied',
        "Permission denied: '/dev/kfd'",
        "Permission denied: '/dev/dri",
        '/dev/dri/renderD{}Permission denied',
        'Failed to open /dev/kfd',
        'failed to open /dev/kfd',
        'Could not open /dev/kfd',
        '/dev/kfd{}permission denied',
        'open /dev/dri{}permission denied',
        'Permission denied{}/dev/kfd',
        'ROCk module is NOT loaded',
        'is not member of "render" group',
        'is not a member of "render" group',
        'not member of render group',
        'is not in the render group',
      ),
      hint('hsa api call failure', 'HSA_STATUS_ERROR_OUT_OF_RESOURCES', 'unable to open /dev/kfd'),
    ],
    explains: ['no-cuda-gpus-visible', 'failed-to-infer-device'],
    sentence: 'The engine may not open the AMD GPU’s device files.',
    because:
      '/dev/kfd and /dev/dri/renderD* belong to the groups render and video. In a container the numbers of these groups can differ from the host’s.',
    fixes: [
      {
        title: 'add yourself to the groups render and video, then log in again',
        change: advice,
        why: 'These groups may open the devices.',
        risk: null,
      },
      {
        title: 'in a container: --device /dev/kfd --device /dev/dri --group-add with the host’s numeric group ids',
        change: advice,
        why: 'Names may stand for other numbers inside.',
        risk: null,
      },
    ],
  },
  {
    cause: 'triton-gfx906-unsupported',
    signs: [
      proof(
        "unsupported target: 'gfx906'",
        'unsupported target: gfx906',
        'Unsupported target: gfx906',
        "target 'gfx906'",
        'gfx906{}is not supported by triton',
        'gfx906 is not a supported',
      ),
      { ...strong('PassManager::run failed'), traits: ['rocm'] },
      hint('gfx906', 'MI50', 'MI60', 'Radeon VII'),
    ],
    against: [hint('gfx1', 'gfx9{}4')],
    explains: ['triton-compile-failed', 'rocm-unsupported-gfx', 'torch-compile-failure'],
    sentence: 'Triton does not know gfx906 (MI50, MI60, Radeon VII).',
    because:
      'The stock ROCm Triton has dropped this target, and vLLM compiles its attention and quantization kernels with Triton.',
    fixes: [
      {
        title: 'llama.cpp',
        change: recipe({ 'engine.route': 'llama-cpp' }),
        why: 'Its ROCm and Vulkan builds run on gfx906.',
        risk: 'Fewer users at once.',
      },
      {
        title: 'a community build for gfx906 (vLLM 0.12 and older)',
        change: advice,
        why: 'It brings a patched Triton.',
        risk: 'No longer maintained, and not from the vLLM project.',
      },
    ],
  },
  {
    cause: 'rocm-build-unsupported-isa',
    signs: [
      proof(
        'not a valid operand.',
        'instruction not supported on this GPU',
        'needs target feature',
        'invalid instruction{}gfx',
        'instruction requires {}gfx',
      ),
      strong(
        'error: instruction not supported',
        'hipcc{}failed',
        'error: Illegal instruction detected',
        'lld: error: undefined hidden symbol',
        'clang{}error:{}amdgcn',
        'failed to legalize',
      ),
      hint(
        'hipcc',
        '--offload-arch=gfx',
        'HIP_ARCHITECTURES',
        'PYTORCH_ROCM_ARCH',
        'clang++: error',
        '.hip.o',
        '.hip:',
      ),
    ],
    explains: [
      'source-build-missing-kernel',
      'pip-resolve-conflict',
      'rocm-unsupported-gfx',
      'cpu-illegal-instruction',
    ],
    sentence: 'The build uses an instruction that this AMD GPU does not have.',
    because:
      'Some kernels hold instructions of newer targets in assembler; a source build for an older target stops there.',
    fixes: [
      {
        title: 'build for the card’s own target only (PYTORCH_ROCM_ARCH) and without the failing kernel',
        change: advice,
        why: 'Kernels for other targets are then not compiled.',
        risk: 'What needs the kernel is missing.',
      },
      {
        title: 'llama.cpp',
        change: recipe({ 'engine.route': 'llama-cpp' }),
        why: 'It has code for these targets.',
        risk: 'Fewer users at once.',
      },
    ],
  },
]
