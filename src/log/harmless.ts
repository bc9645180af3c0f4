import type { LogLine } from './line.ts'
import { type CompiledTemplate, compileTemplate, type Template } from './template.ts'

/** Lines that look bad and are not, with the reason in a few words. Sources: vLLM's own code around each message. */
const known: readonly (readonly [Template, string])[] = [
  ['Found ulimit of', 'the limit of open files is enough for a start'],
  ['Triton is not installed', 'Triton is not used here'],
  ['libtcmalloc is not found', 'slower, not wrong'],
  ['libiomp is not found', 'slower, not wrong'],
  ['using the V1 model runner instead', 'the older runner is used'],
  ['Custom allreduce is disabled', 'no direct GPU links: the ordinary way is used'],
  ["Using 'pin_memory=False' as WSL is detected", 'usual under WSL: a little slower'],
  ['Unknown vLLM environment variable detected', 'a variable that this version does not read'],
  ['leaked semaphore objects to clean up at shutdown', 'left over by the stop'],
  ['leaked shared_memory objects to clean up at shutdown', 'left over by the stop'],
  ['destroy_process_group() was not called', 'left over by the stop'],
  ['process group has NOT been destroyed', 'left over by the stop'],
  ['Default vLLM sampling parameters have been overridden', "the model's own defaults are used"],
  ['Default sampling parameters have been overridden', "the model's own defaults are used"],
  ['Torch was not compiled with flash attention', 'another kernel is used'],
  ['Cannot use FlashAttention-2 backend', 'another kernel is used'],
  ['Using default MoE config. Performance might be sub-optimal', 'no tuned file for this GPU: slower, not wrong'],
  ['Using default W8A8 Block FP8 kernel config', 'no tuned file for this GPU: slower, not wrong'],
  ['Detected different devices in the system', 'different GPUs: their order may differ'],
  ['Reducing Torch parallelism from', 'fewer threads, on purpose'],
  ['To use CUDA with multiprocessing, you must use the', 'handled by vLLM itself'],
  ['Overriding VLLM_WORKER_MULTIPROC_METHOD to', 'handled by vLLM itself'],
  ['We must use the `spawn` multiprocessing start method', 'handled by vLLM itself'],
  ['No module named {}vllm._version', 'a source build without a version file'],
  ['Failed to import from vllm._C', 'harmless on another platform than CUDA'],
  ['Triton is installed but {} active driver', 'Triton is not used here'],
  ['Triton not installed or not compatible', 'Triton is not used here'],
  ['FutureWarning', 'a note to developers'],
  ['DeprecationWarning', 'a note to developers'],
  ['UserWarning: ', 'a note to developers'],
  ['is deprecated and will be removed', 'a note to developers'],
  [
    'The tokenizer class you load from this checkpoint is not the same type',
    'usual for models with a tokenizer of their own',
  ],
  ['Your GPU does not have native support for FP8 computation', 'FP8 weights are unpacked: slower, not wrong'],
  ['Your device {} support {}. Falling back to {} for compatibility', 'another number format is used'],
  ['Casting torch.', 'another number format is used'],
  ['Downcasting torch.', 'another number format is used'],
  ['Cudagraph is disabled under eager mode', 'as asked for'],
  ['Enforce eager set, disabling torch.compile and CUDAGraphs', 'as asked for'],
  ['Falling back to {}kernels', 'another kernel is used'],
  ['falling back to', 'another way is taken'],
  ['Retrying with', 'it is tried again'],
  ['is overridden to', 'handled by vLLM itself'],
  ['which is incompatible with {}Overriding', 'handled by vLLM itself'],
  ['will be disabled. This is expected', 'as expected'],
  ['Failed to import Ray with ModuleNotFoundError', 'Ray is for several machines only'],
  ['Unable to register remote classes used by', 'matters to several machines only'],
  ['not fully optimized yet', 'slower, not wrong'],
  ['generation flags are not valid and may be ignored', "the model's own defaults are used"],
  ['Unrecognized keys in `rope_', 'the rest is read'],
  ['Sending telemetry', 'usage statistics'],
  ['Using a slow tokenizer', 'slower, not wrong'],
  ['Overriding num_gpu_blocks', 'as asked for'],
  ['Skipping import of cpp extensions', 'another kernel is used'],
  ['PYTORCH_CUDA_ALLOC_CONF is deprecated', 'the old name still works'],
  ['invalid value encountered in', 'a note to developers'],
]

/** What makes one of these lines serious after all. */
const serious = /undefined symbol|cannot open shared object|file too short|invalid ELF header|wrong ELF class/

const compiled: readonly (readonly [CompiledTemplate, string])[] = known.map(([template, why]) => [
  compileTemplate(template),
  why,
])

/** Why a line that looks like trouble is none, in a few words for an operator; null where nothing is known about it. */
export function harmlessReason(line: LogLine): string | null {
  if (line.level === 'error' || line.level === 'critical') {
    if (!line.message.includes('Custom allreduce')) return null
  }
  if (serious.test(line.message)) return null
  for (const [template, why] of compiled) {
    if (template.pattern.test(line.message)) return why
  }
  return null
}
