import { advice, command, frame, hint, proof, recipe, type Signature, strong } from './signature.ts'

const freshEnvironment = {
  title: 'a fresh environment, resolved in one go with uv',
  change: advice,
  why: 'All packages then fit each other.',
  risk: 'The download is repeated.',
} as const

export const libraries: readonly Signature[] = [
  {
    cause: 'cuda-runtime-lib-mismatch',
    signs: [
      proof(
        'libcudart.so.{major:n}: cannot open shared object file',
        'libcudart.so: cannot open shared object file',
        'libcublas.so.{major:n}: cannot open shared object file',
        'libnvrtc.so.{major:n}: cannot open shared object file',
        'libcusparse.so.{major:n}: cannot open shared object file',
        'libcublasLt.so.{major:n}: cannot open',
        'libcudart.so.{major:n}: version',
        'libcudart.so.{major:n} not found',
      ),
      hint('Failed to import from vllm._C'),
    ],
    explains: [
      'torch-abi-undefined-symbol',
      'failed-to-infer-device',
      'arch-inspection-failed',
      'source-build-missing-kernel',
      'python-dependency-missing',
    ],
    sentence: 'The CUDA library of version {major} that this build needs is not there.',
    otherwise: 'A CUDA library that this build needs is not there.',
    because:
      'The vLLM wheel and the installed torch are made for different CUDA versions (or this is a CUDA wheel on a machine without CUDA), so the library that vLLM asks for was never installed.',
    fixes: [
      {
        title: 'torch for CUDA {major} from one source',
        change: advice,
        why: 'vLLM and torch must name the same CUDA.',
        risk: null,
      },
      {
        title: 'a wheel for CUDA 12.9 with its torch',
        change: recipe({ 'engine.torchBackend': 'cu129' }),
        why: 'For drivers before 580; the wheel on PyPI is for CUDA 13.',
        risk: null,
        versions: '>=0.20.0',
      },
      {
        title: 'on AMD: Python 3.12 and vLLM’s ROCm index',
        change: advice,
        why: 'Any other Python silently gets the CUDA wheel.',
        risk: null,
        traits: ['rocm'],
      },
    ],
  },
  {
    cause: 'flash-attn-abi-mismatch',
    signs: [
      proof(
        'flash_attn_2_cuda{}undefined symbol',
        'flash_attn_cuda{}undefined symbol',
        'flash_attn{}.so: undefined symbol',
        'flash_attn_3_cuda{}undefined symbol',
        'flash_attn{}DLL load failed',
        'flash_attn_2_cuda{}cannot open shared object',
      ),
      hint('import flash_attn_2_cuda', 'flash_attn_interface.py', 'flash_attn/__init__.py', 'from flash_attn'),
    ],
    explains: ['torch-abi-undefined-symbol', 'arch-inspection-failed', 'python-dependency-missing'],
    sentence: 'A separately installed flash-attn was built for another torch.',
    because:
      'vLLM brings its own flash attention. The package flash-attn is picked up by transformers, and its compiled part must match torch exactly.',
    fixes: [
      {
        title: 'remove the package flash-attn',
        change: command('uv', 'pip', 'uninstall', 'flash-attn'),
        why: 'vLLM does not need it.',
        risk: 'Other programs in the same environment may.',
      },
      {
        title: 'or build it anew against the installed torch',
        change: advice,
        why: 'pip install --no-build-isolation --force-reinstall flash-attn.',
        risk: 'Takes long.',
      },
    ],
  },
  {
    cause: 'nccl-library-missing',
    signs: [
      proof(
        'libnccl.so{}cannot open shared object file',
        'libnccl.so.2: cannot open',
        'Failed to load NCCL library',
        'undefined symbol: ncclCommWindowRegister',
        'undefined symbol: nccl',
        'undefined symbol: ncclCommRegister',
        'librccl.so{}cannot open shared object file',
        'Failed to load NCCL',
        'Unable to find NCCL',
        'libnccl{}not found',
        'NCCL library not found',
        "name 'ncclGetVersion' is not defined",
        "name 'nccl",
        'No such file{}libnccl',
        'nccl.so{}undefined symbol',
        'nccl.so{}No such file',
      ),
      frame('in find_nccl_library', 'in ncclGetVersion'),
      hint('libtorch_cuda.so', 'pynccl', 'VLLM_NCCL_SO_PATH', 'find_nccl_library'),
    ],
    explains: ['torch-abi-undefined-symbol', 'arch-inspection-failed', 'failed-to-infer-device'],
    sentence: 'NCCL is missing, or of a version that does not match torch.',
    because:
      'torch is linked against one version of NCCL. Another one, found first (LD_LIBRARY_PATH, a system package, another pip package), lacks its symbols.',
    fixes: [
      {
        title: 'install vLLM {release} again, with the torch and the NCCL that it asks for',
        change: command('uv', 'pip', 'install', '--reinstall', 'vllm=={release}'),
        why: 'torch names the one nvidia-nccl package that fits it; torch alone would become the newest.',
        risk: 'Replaces packages of the environment; its CUDA must be no newer than the driver’s.',
        withoutTraits: ['rocm', 'cpu'],
      },
      {
        title: 'no foreign library path',
        change: recipe({ 'server.environment.LD_LIBRARY_PATH': null }),
        why: 'The system’s NCCL is then not found first.',
        risk: null,
      },
      freshEnvironment,
    ],
  },
  {
    cause: 'cudnn-library-mismatch',
    signs: [
      proof(
        'libcudnn.so.{major:n}: cannot open shared object file',
        'libcudnn{}cannot open shared object file',
        'Could not load library libcudnn',
        'cuDNN version incompatibility',
        'CUDNN_STATUS_SUBLIBRARY_VERSION_MISMATCH',
        'CUDNN_STATUS_VERSION_MISMATCH',
        'Unable to load any of {libcudnn',
        'Unable to load any of libcudnn',
        'libcudnn{}undefined symbol',
        'libcudnn{}No such file',
        'libcudnn{}not found',
        'libcudnn{}wrong ELF class',
        'Cannot load symbol cudnn',
      ),
      strong('CUDNN_STATUS_NOT_INITIALIZED'),
    ],
    explains: ['arch-inspection-failed', 'torch-abi-undefined-symbol'],
    sentence: 'cuDNN is missing or of another version than torch was built with.',
    because:
      'A cuDNN from the system or another package is found before the one that came with torch, or none is there.',
    fixes: [
      {
        title: 'no foreign library path',
        change: recipe({ 'server.environment.LD_LIBRARY_PATH': null }),
        why: 'torch then finds its own cuDNN.',
        risk: null,
      },
      freshEnvironment,
    ],
  },
  {
    cause: 'torch-abi-undefined-symbol',
    signs: [
      proof(
        'undefined symbol: _ZN3c10',
        'undefined symbol: _ZN5torch',
        'undefined symbol: _ZNK3c10',
        'undefined symbol: _ZNK5torch',
        'undefined symbol: _ZN2at',
        'undefined symbol: aoti_',
        'operator torchvision::nms does not exist',
        'partially initialized module {}torchvision',
      ),
      { ...strong('undefined symbol'), unless: ['undefined symbol: _Z{kernel:n}'] },
      strong(
        "'_OpNamespace' '_C' object has no attribute",
        "'_OpNamespace' '_moe_C' object has no attribute",
        'procedure entry point',
        'PyTorch version {} was compiled against',
        'symbol lookup error',
      ),
      hint('Failed to import from vllm._C', 'vllm._C', 'compiled against a different'),
    ],
    explains: ['arch-inspection-failed', 'failed-to-infer-device', 'python-dependency-missing'],
    sentence: 'A compiled extension and the installed torch do not fit each other.',
    because:
      'vLLM’s extension is built for exactly one version of torch. Another torch was installed afterwards, or two builds are mixed.',
    fixes: [
      freshEnvironment,
      {
        title: 'install vLLM {release} again, and the torch that it asks for',
        change: command('uv', 'pip', 'install', '--reinstall', 'vllm=={release}'),
        why: 'vLLM’s own requirement names the one torch that fits.',
        risk: 'Replaces packages of the environment; its CUDA must be no newer than the driver’s.',
        withoutTraits: ['rocm', 'cpu'],
      },
    ],
  },
]
