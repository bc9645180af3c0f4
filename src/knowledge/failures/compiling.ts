import { advice, command, hint, proof, recipe, type Signature, strong } from './signature.ts'

const eager = {
  title: 'no compilation',
  change: recipe({ 'engine.compilation': 'none' }),
  why: 'torch.compile and graph capture are left out.',
  risk: 'Slower generation.',
} as const

export const compiling: readonly Signature[] = [
  {
    cause: 'triton-compile-failed',
    signs: [
      proof(
        'PassManager::run failed',
        'TritonGPU{}failed to legalize',
        'Failures have been detected while processing an MLIR pass pipeline',
        'error: failed to legalize operation',
        'LLVM ERROR: ',
      ),
      strong(
        'triton.compiler.errors.CompilationError',
        'triton/compiler/',
        'CompilationError: at ',
        'triton.runtime.errors.OutOfResources',
        'PTXASError',
        'Internal Triton PTX codegen error',
        'cannot import name {} from {}triton',
        "module 'triton' has no attribute",
        "No module named 'triton",
        'triton_key',
        'Triton Error [CUDA]',
        'TritonMissing',
        'AttributesDescriptor',
        'out of resource: shared memory',
      ),
      hint('ttir', 'ttgir', 'triton'),
    ],
    against: [strong('unsupported display driver')],
    explains: ['torch-compile-failure', 'python-dependency-missing'],
    sentence: 'Triton’s compiler fails on one of vLLM’s kernels.',
    because:
      'On a supported card this is nearly always a Triton that does not belong to the installed torch, or a stale cache of another version.',
    fixes: [
      {
        title: 'put Triton and torch back as vLLM asks for them',
        change: command('uv', 'pip', 'install', '--reinstall', 'vllm', 'torch', 'triton', '--torch-backend=auto'),
        why: 'The three belong together.',
        risk: 'Changes the environment.',
      },
      {
        title: 'empty Triton’s cache (~/.triton/cache)',
        change: advice,
        why: 'Kernels of another version may lie there.',
        risk: 'The next start compiles anew.',
      },
      eager,
    ],
  },
  {
    cause: 'torch-compile-failure',
    signs: [
      strong(
        'torch._dynamo.exc',
        'torch._inductor.exc',
        "backend='inductor' raised",
        'BackendCompilerFailed',
        'InductorError',
        'TorchRuntimeError',
        'split_module',
        'standalone_compile',
        'torch._dynamo hit an internal error',
        'LoweringException',
        'Failed to compile',
        'FakeTensorMode',
        'ConstraintViolationError',
        'guard_or_',
        'Could not guard on data-dependent',
        'Unsupported: {}dynamo',
        'aot_autograd',
        'torch/_inductor/',
        'torch/_dynamo/',
        'torch_compile_cache',
      ),
      hint(
        'torch.compile',
        'vllm/compilation/',
        'Set TORCH_LOGS',
        'You can suppress this exception and fall back to eager',
      ),
    ],
    sentence: 'torch.compile fails on this model.',
    because:
      'The compiler of torch, not the model or the memory, stops: a version that does not fit, a defect, or a stale cache.',
    fixes: [
      eager,
      {
        title: 'do not use the compile cache',
        change: recipe({ 'server.environment.VLLM_DISABLE_COMPILE_CACHE': '1' }),
        why: 'A cache of another version may be the reason.',
        risk: 'Each start compiles anew.',
      },
      {
        title: 'the newest vLLM with its torch',
        change: recipe({ 'engine.version': 'newest' }),
        why: 'Many of these are mended in a later release.',
        risk: null,
      },
    ],
    more: 'https://docs.vllm.ai/en/latest/usage/troubleshooting/',
  },
  {
    cause: 'source-build-missing-kernel',
    signs: [
      proof(
        "has no attribute 'gptq_marlin_gemm'",
        "'_OpNamespace' {} object has no attribute",
        "'_OpNamespace' '_C_cache_ops' object has no attribute",
        "'_OpNamespace' '_rocm_C' object has no attribute",
        "module 'vllm._C' has no attribute",
        "No module named 'vllm._C'",
        "No module named 'vllm._moe_C'",
        "No module named 'vllm._rocm_C'",
        "No module named 'vllm.vllm_flash_attn",
        "cannot import name {} from 'vllm._C'",
        'Could not find schema for _C::',
        'No such operator _C::',
        'No such operator vllm::',
        'undefined symbol: _Z{kernel:n}',
      ),
      hint('built from source', 'VLLM_USE_PRECOMPILED', 'pip install -e', '/vllm/vllm/', 'torch.ops._C'),
    ],
    against: [{ ...strong('undefined symbol'), unless: ['undefined symbol: _Z{kernel:n}'] }, strong('libcudart')],
    explains: ['python-dependency-missing', 'arch-inspection-failed'],
    sentence: 'The compiled part of this vLLM lacks a kernel that its Python part calls.',
    because:
      'The two come from different versions, the build left the kernel out for this GPU, or vLLM is imported from its source folder instead of the installed one.',
    fixes: [
      {
        title: 'the released wheel',
        change: recipe({ 'engine.version': 'newest' }),
        why: 'It holds all kernels.',
        risk: null,
      },
      {
        title: 'build anew from a clean tree, and start outside the source folder',
        change: advice,
        why: 'Old objects and the folder `vllm` in the current directory mislead Python.',
        risk: null,
      },
    ],
  },
]
