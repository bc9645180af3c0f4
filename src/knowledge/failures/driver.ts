import { advice, command, hint, proof, recipe, rootCommand, type Signature } from './signature.ts'

const seeDriver = {
  title: 'see the driver and the CUDA version it supports',
  change: command('nvidia-smi'),
  why: 'The first line names both.',
  risk: null,
} as const

export const driver: readonly Signature[] = [
  {
    cause: 'cuda-driver-too-old',
    signs: [
      proof(
        'The NVIDIA driver on your system is too old',
        'NVIDIA driver on your system is too old (found version {found:n})',
        'CUDA driver version is insufficient for CUDA runtime version',
        'cudaErrorInsufficientDriver',
        'unsatisfied condition: cuda>=',
        'nvidia-container-cli: requirement error',
        'driver too old',
        'Error 35: ',
      ),
    ],
    explains: ['failed-to-infer-device', 'no-cuda-gpus-visible', 'arch-inspection-failed', 'no-kernel-image'],
    sentence: 'The NVIDIA driver is too old for the CUDA that this torch was built with.',
    because:
      'A build for CUDA 13 needs driver 580 or newer, one for CUDA 12 needs 525 or newer. The driver belongs to the host; nothing in the environment or container can replace it.',
    fixes: [
      {
        title: 'a build for CUDA 12.9',
        change: recipe({ 'engine.torchBackend': 'cu129' }),
        why: 'Runs on drivers 525 to 579 too.',
        risk: null,
        versions: '>=0.11.1',
      },
      {
        title: 'driver 580 or newer',
        change: advice,
        why: 'Current builds are made for CUDA 13.',
        risk: 'A new driver needs a reboot.',
      },
      {
        title: 'CUDA compatibility in the container (data-centre cards only)',
        change: recipe({ 'server.environment.VLLM_ENABLE_CUDA_COMPATIBILITY': '1' }),
        why: 'The image brings a newer user-space driver.',
        risk: 'On a GeForce it fails with error 803 or 804.',
        versions: '>=0.16.0',
      },
      seeDriver,
    ],
    more: 'https://docs.nvidia.com/deploy/cuda-compatibility/',
  },
  {
    cause: 'cuda-compat-lib-conflict',
    signs: [
      proof(
        'Error 803',
        'unsupported display driver / cuda driver combination',
        'cudaErrorSystemDriverMismatch',
        'CUDA_ERROR_SYSTEM_DRIVER_MISMATCH',
      ),
      hint('/usr/local/cuda/compat', 'cuda/compat', 'cuda-compat'),
    ],
    explains: ['failed-to-infer-device', 'no-cuda-gpus-visible', 'cuda-driver-too-old', 'arch-inspection-failed'],
    sentence: 'A libcuda that came with the image or a package stands before the one of the host’s driver.',
    because:
      'Error 803 says that the user-space driver library and the kernel driver are of different versions. With a new host driver it is the image’s compat library that is too old: the driver itself needs no upgrade.',
    fixes: [
      {
        title: 'the host’s libcuda first',
        change: recipe({
          'server.environment.LD_LIBRARY_PATH':
            '/usr/lib/x86_64-linux-gnu:/usr/lib/aarch64-linux-gnu:/usr/lib64:/usr/local/nvidia/lib64',
        }),
        why: 'The driver’s own library is found before the compat one.',
        risk: null,
      },
      {
        title: 'no CUDA compatibility',
        change: recipe({ 'server.environment.VLLM_ENABLE_CUDA_COMPATIBILITY': null }),
        why: 'It puts the compat library in front, and works on data-centre cards only.',
        risk: null,
        versions: '>=0.16.0',
      },
      {
        title: 'reboot, if the driver was just upgraded',
        change: advice,
        why: 'The old kernel module stays loaded until then.',
        risk: null,
      },
    ],
    more: 'https://docs.nvidia.com/deploy/cuda-compatibility/',
  },
  {
    cause: 'cuda-forward-compat-804',
    signs: [
      proof(
        'Error 804',
        'forward compatibility was attempted on non supported HW',
        'CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE',
        'cudaErrorCompatNotSupportedOnDevice',
      ),
    ],
    explains: [
      'failed-to-infer-device',
      'no-cuda-gpus-visible',
      'cuda-driver-too-old',
      'cuda-compat-lib-conflict',
      'arch-inspection-failed',
    ],
    sentence: 'The container’s CUDA is newer than the driver, and this card may not bridge that.',
    because:
      'CUDA’s forward compatibility works on data-centre cards only. On a GeForce or workstation card the driver must be as new as the container’s CUDA.',
    fixes: [
      {
        title: 'an image or wheel for CUDA 12.9',
        change: recipe({ 'engine.torchBackend': 'cu129' }),
        why: 'Matches an older driver.',
        risk: null,
        versions: '>=0.11.1',
      },
      {
        title: 'a newer driver on the host',
        change: advice,
        why: 'Driver 580 or newer has CUDA 13.',
        risk: 'A new driver needs a reboot.',
      },
      {
        title: 'the host’s libcuda first',
        change: recipe({
          'server.environment.LD_LIBRARY_PATH':
            '/usr/lib/x86_64-linux-gnu:/usr/lib/aarch64-linux-gnu:/usr/lib64:/usr/local/nvidia/lib64',
        }),
        why: 'The image’s compat library is passed over.',
        risk: null,
      },
    ],
    more: 'https://docs.nvidia.com/deploy/cuda-compatibility/',
  },
  {
    cause: 'ptx-unsupported-toolchain',
    signs: [
      proof(
        'provided PTX was compiled with an unsupported toolchain',
        'cudaErrorUnsupportedPtxVersion',
        'CUDA_ERROR_UNSUPPORTED_PTX_VERSION',
        'unsupported toolchain',
      ),
    ],
    sentence:
      'The driver cannot translate the PTX code of this build: it is older than the CUDA that the build was made with.',
    because:
      'Code without a ready-made kernel for the card is translated by the driver, which knows only PTX up to its own CUDA version.',
    fixes: [
      {
        title: 'a newer driver',
        change: advice,
        why: 'Then it knows the PTX of this build.',
        risk: 'A new driver needs a reboot.',
      },
      {
        title: 'a build for CUDA 12.9',
        change: recipe({ 'engine.torchBackend': 'cu129' }),
        why: 'Its PTX is older.',
        risk: null,
        versions: '>=0.11.1',
      },
      seeDriver,
    ],
    more: 'https://docs.vllm.ai/en/latest/usage/troubleshooting/',
  },
  {
    cause: 'nvml-driver-library-mismatch',
    signs: [
      proof(
        'Driver/library version mismatch',
        'NVMLError_LibRmVersionMismatch',
        'nvml error: driver/library version mismatch',
        'API mismatch: the client',
        'NVML library version:',
        'RM has detected an NVML/RM version mismatch',
        'NVML/RM version mismatch',
        'version mismatch{}NVML',
      ),
    ],
    explains: [
      'failed-to-infer-device',
      'no-cuda-gpus-visible',
      'docker-nvidia-runtime-missing',
      'cuda-compat-lib-conflict',
    ],
    sentence: 'The driver was upgraded and the old kernel module is still loaded.',
    because:
      'The kernel module and the user-space libraries of the NVIDIA driver must be of one version. After an upgrade they differ until the module is loaded anew.',
    fixes: [
      {
        title: 'reboot',
        change: rootCommand('systemctl', 'reboot'),
        why: 'Loads the new module.',
        risk: 'Ends everything that runs on the machine.',
      },
      {
        title: 'or reload the module, with no program on the GPU',
        change: advice,
        why: 'modprobe -r nvidia_uvm nvidia_drm nvidia_modeset nvidia, then modprobe nvidia.',
        risk: 'The desktop goes away meanwhile.',
      },
    ],
  },
]
