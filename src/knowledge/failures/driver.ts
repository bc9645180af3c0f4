import { advice, command, frame, hint, proof, recipe, rootCommand, type Signature, strong } from './signature.ts'

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
        'Error 35',
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
          'server.environment.LD_LIBRARY_PATH': '/usr/lib/x86_64-linux-gnu:/usr/lib64:/usr/local/nvidia/lib64',
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
          'server.environment.LD_LIBRARY_PATH': '/usr/lib/x86_64-linux-gnu:/usr/lib64:/usr/local/nvidia/lib64',
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
  {
    cause: 'no-cuda-gpus-visible',
    signs: [
      proof(
        'No CUDA GPUs are available',
        'CUDA error: no CUDA-capable device is detected',
        'no CUDA-capable device is detected',
        'cudaErrorNoDevice',
        'Found no NVIDIA driver on your system',
        'No HIP GPUs are available',
        'hipErrorNoDevice',
        'no ROCm-capable device is detected',
      ),
      strong(
        'CUDA is not available',
        'Unexpected error from cudaGetDeviceCount()',
        'GPU not detected',
        '0 GPUs',
        'No GPU detected',
        'no GPUs found',
        'torch.cuda.is_available() is False',
        'NVML: Driver Not Loaded',
        'NVMLError_DriverNotLoaded',
        "couldn't communicate with the NVIDIA driver",
        'NVMLError_NotFound',
        'invalid device ordinal',
        'No devices were found',
        'Torch not compiled with CUDA enabled',
        'ggml_cuda_init: failed to initialize CUDA',
        'system not yet initialized',
        'Error 802',
      ),
      hint('CUDA_VISIBLE_DEVICES'),
    ],
    against: [strong('Cannot re-initialize CUDA in forked subprocess')],
    explains: ['failed-to-infer-device', 'arch-inspection-failed'],
    sentence: 'torch sees no GPU.',
    because:
      'The driver is not loaded, the container was started without its GPUs, or CUDA_VISIBLE_DEVICES names none.',
    fixes: [
      {
        title: 'see whether the driver answers',
        change: command('nvidia-smi'),
        why: 'If it fails too, the driver is the matter, not vLLM.',
        risk: null,
        withoutTraits: ['rocm'],
      },
      {
        title: 'do not hide the GPUs',
        change: recipe({ 'server.environment.CUDA_VISIBLE_DEVICES': null }),
        why: 'An empty or wrong list hides them.',
        risk: null,
      },
      {
        title: 'give the container its GPUs (--gpus all, or the pod’s nvidia.com/gpu limit)',
        change: advice,
        why: 'A container sees only what it is given.',
        risk: null,
      },
    ],
  },
  {
    cause: 'visible-devices-uuid',
    signs: [
      proof(
        "invalid literal for int() with base 10: 'GPU-",
        "invalid literal for int() with base 10: 'MIG-",
        "invalid literal for int() with base 10: b'GPU-",
        'CUDA_VISIBLE_DEVICES{}must be integers',
        'UUIDs are not supported',
      ),
      frame('in device_id_to_physical_device_id'),
      hint('CUDA_VISIBLE_DEVICES=GPU-', 'CUDA_VISIBLE_DEVICES=MIG-', 'physical_device_id = '),
    ],
    explains: ['arch-inspection-failed', 'failed-to-infer-device'],
    sentence: 'CUDA_VISIBLE_DEVICES names GPUs by UUID, which this vLLM cannot read.',
    because: 'This version expects numbers. Slurm, Kubernetes and MIG set UUIDs.',
    fixes: [
      {
        title: 'name the GPU by number',
        change: recipe({ 'server.environment.CUDA_VISIBLE_DEVICES': '0' }),
        why: 'Numbers are understood by every version.',
        risk: 'Numbers may change with the order of the cards; a MIG slice has none.',
      },
      { title: 'see UUIDs and numbers', change: command('nvidia-smi', '-L'), why: 'Lists both.', risk: null },
    ],
  },
  {
    cause: 'libcuda-not-found',
    signs: [
      proof(
        'libcuda.so.1: cannot open shared object file',
        'libcuda.so: cannot open shared object file',
        'libcuda.so cannot found',
        'libcuda.so cannot be found',
        'cannot find -lcuda',
        'libcuda.so cannot found!',
        'Could not load library libcuda',
        'Unable to find libcuda',
        'libcuda.so not found',
        'libcuda.so.1 not found',
        'Could not find libcuda',
        'Unable to load CUDA library',
      ),
      strong('collect2: error: ld returned'),
      hint('libcuda_dirs', '/sbin/ldconfig', 'in libcuda_dirs', 'ldconfig -p'),
    ],
    explains: [
      'failed-to-infer-device',
      'triton-compile-failed',
      'torch-compile-failure',
      'c-compiler-missing-or-broken',
      'arch-inspection-failed',
    ],
    sentence: 'The driver’s library libcuda is not found.',
    because:
      'libcuda comes with the NVIDIA driver. It is missing in a container started without the NVIDIA runtime, or lies where neither the loader’s cache nor LD_LIBRARY_PATH look.',
    fixes: [
      {
        title: 'renew the loader’s cache',
        change: rootCommand('ldconfig'),
        why: 'Triton asks it where libcuda is.',
        risk: null,
      },
      {
        title: 'name the folder of WSL’s libcuda',
        change: recipe({ 'server.environment.LD_LIBRARY_PATH': '/usr/lib/wsl/lib' }),
        why: 'Under WSL the driver’s library lies there.',
        risk: null,
        traits: ['wsl'],
      },
      {
        title: 'name its folder to Triton',
        change: recipe({ 'server.environment.TRITON_LIBCUDA_PATH': '/usr/lib/x86_64-linux-gnu' }),
        why: 'Triton then does not search.',
        risk: null,
        withoutTraits: ['wsl'],
      },
      {
        title: 'start the container with its GPUs (--gpus all)',
        change: advice,
        why: 'That mounts the driver’s libraries.',
        risk: null,
      },
    ],
  },
  {
    cause: 'failed-to-infer-device',
    signs: [
      proof('Failed to infer device type', 'Device string must not be empty'),
      hint(
        'No platform detected',
        'UnspecifiedPlatform',
        'NVML Shared Library Not Found',
        'libnvidia-ml.so',
        'No module named {}amdsmi',
        'Failed to import from amdsmi',
        'device type=,',
      ),
      {
        ...strong(
          'NVML Shared Library Not Found',
          'NVMLError_LibraryNotFound',
          'No platform detected',
          'UnspecifiedPlatform',
        ),
        quiet: true,
      },
      frame('config/device.py{}__post_init__', 'in DeviceConfig'),
    ],
    against: [{ ...proof('Automatically detected platform'), quiet: true }],
    sentence: 'vLLM finds no device that it was built for.',
    because:
      'It looks for NVML (NVIDIA), amdsmi (AMD), XPU and CPU builds in turn. None answered: there is no driver, the container has no GPU, or the wheel is for another kind of device.',
    fixes: [
      {
        title: 'see whether the driver answers',
        change: command('nvidia-smi'),
        why: 'Without the driver no CUDA build can run.',
        risk: null,
        withoutTraits: ['rocm'],
      },
      {
        title: 'the CPU build',
        change: recipe({ 'engine.route': 'vllm-cpu' }),
        why: 'Runs without a GPU.',
        risk: 'Much slower.',
      },
      {
        title: 'say more in the log',
        change: recipe({ 'server.environment.VLLM_LOGGING_LEVEL': 'DEBUG' }),
        why: 'Then each platform says why it does not apply.',
        risk: null,
      },
    ],
    more: 'https://docs.vllm.ai/en/latest/usage/troubleshooting/',
  },
  {
    cause: 'wsl2-nvml-fork',
    signs: [
      strong('NVMLError_NotSupported', 'NVML Not Supported', 'NVML_ERROR_NOT_SUPPORTED'),
      { ...hint('WSL', 'NVML'), traits: ['wsl'] },
    ],
    explains: ['failed-to-infer-device'],
    sentence: 'Under WSL the GPU’s management library does not answer in a forked process.',
    because: 'The engine process is forked from the server, and NVML under WSL refuses to work there.',
    fixes: [
      {
        title: 'start workers afresh (spawn)',
        change: recipe({ 'server.environment.VLLM_WORKER_MULTIPROC_METHOD': 'spawn' }),
        why: 'A fresh process opens the library itself.',
        risk: null,
      },
    ],
  },
  {
    cause: 'docker-nvidia-runtime-missing',
    signs: [
      proof(
        'could not select device driver {} with capabilities: [[gpu',
        'could not select device driver',
        'Unknown runtime specified nvidia',
        'unknown or invalid runtime name: nvidia',
        'unresolvable CDI devices',
        'failed to inject CDI devices',
        'exec: "nvidia-container-runtime": executable file not found',
        'nvidia-container-runtime: no such file',
        'no such runtime: nvidia',
        'setting up CDI devices: unresolvable',
        'nvidia-container-cli: initialization error: load library failed: libnvidia-ml',
      ),
      strong(
        'nvidia-container-cli: initialization error',
        'nvidia-container-runtime-hook',
        'exec: "nvidia-container-cli"',
        'runtime: nvidia',
        'nvidia-container-toolkit',
        'nvidia-ctk',
      ),
    ],
    sentence: 'The container tool has no NVIDIA runtime.',
    because:
      'Docker and podman give GPUs to a container through NVIDIA’s container toolkit, which is not installed or not registered.',
    fixes: [
      {
        title: 'register the runtime with docker (needs nvidia-container-toolkit)',
        change: rootCommand('nvidia-ctk', 'runtime', 'configure', '--runtime=docker'),
        why: 'Docker then knows the runtime; restart it afterwards.',
        risk: 'Restarting docker restarts its containers.',
      },
      {
        title: 'describe the GPUs for podman (CDI)',
        change: rootCommand('nvidia-ctk', 'cdi', 'generate', '--output=/etc/cdi/nvidia.yaml'),
        why: 'podman reads GPUs from there.',
        risk: null,
      },
    ],
    more: 'https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/install-guide.html',
  },
]
