import { floors, rocmFp8Targets } from '../knowledge/quantization.ts'
import { exactVersion } from '../knowledge/vllm/releases.ts'
import { isBefore } from '../knowledge/vllm/version.ts'
import type { Machine } from '../machine/schema.ts'
import type { Advice } from './advice.ts'
import { type ComputeTarget, computeTarget, isBelow, kvCacheDtypes } from './compute-target.ts'
import { dtypeFor, flagReasons, methodReasons, type Scheme, servingMethod } from './quantization-reasons.ts'

type CheckpointQuestion = Scheme & {
  readonly machine: Machine
  /** Exact vLLM version; `newest`. */
  readonly version: string
  /** Model type: `gemma3`, `qwen3`. */
  readonly family?: string | null | undefined
  /** Absent: what the machine has. */
  readonly target?: ComputeTarget | null | undefined
}

export type CheckpointAdvice = {
  readonly runs: boolean
  /** `Marlin`, `FP8`, `Triton`; null: plain matrix multiplication, or it does not run. */
  readonly kernel: string | null
  readonly speed: 'fast' | 'medium' | 'slow' | null
  /** Whether `--quantization` may name the kernel; nothing has to. */
  readonly flagRule: 'may' | 'must-not'
  /** The value of `--dtype`: `auto`, or `half` and `bfloat16` where auto would fail. */
  readonly dtype: string
  /** Values of `--kv-cache-dtype` that work, the default first. */
  readonly kvCacheDtypes: readonly string[]
  readonly why: readonly Advice[]
}

/** Whether a checkpoint runs here in that version, through which kernel, and what has to be said on the command line. */
export function checkpointAdvice(question: CheckpointQuestion): CheckpointAdvice {
  const version = exactVersion(question.version)
  const target = question.target === undefined ? computeTarget(question.machine) : question.target
  const method = question.method?.toLowerCase() ?? null
  const kernel = kernelOf(method, version, target)
  const why = [...methodReasons({ ...question, method }, version, target), ...flagReasons(method, version)]
  const dtype = dtypeFor(method, version, target, question.family ?? null)
  why.push(...dtype.why)
  const refused = why.some(({ kind }) => kind === 'refuse')
  return {
    runs: !refused,
    kernel: refused ? null : kernel.name,
    speed: refused ? null : kernel.speed,
    flagRule: flagRule(method, version),
    dtype: dtype.value,
    kvCacheDtypes: kvCacheDtypes(target),
    why,
  }
}

/** Until 0.23 the name of a kernel (`awq_marlin`) was taken and changed nothing; since then the checkpoint alone decides. */
function flagRule(method: string | null, version: string): CheckpointAdvice['flagRule'] {
  if (method === null) return 'may'
  return ['awq', 'gptq'].includes(method) && isBefore(version, '0.24.0') ? 'may' : 'must-not'
}

function kernelOf(
  method: string | null,
  version: string,
  target: ComputeTarget | null,
): { name: string | null; speed: CheckpointAdvice['speed'] } {
  if (method === null) return { name: null, speed: 'medium' }
  if (target?.kind === 'cpu') return { name: 'CPU', speed: 'slow' }
  if (target?.kind === 'rocm') {
    const native = method.includes('fp8') && rocmFp8Targets.includes(target.arch)
    return native ? { name: 'FP8', speed: 'fast' } : { name: 'Triton', speed: 'medium' }
  }
  if (target?.kind !== 'cuda') return { name: null, speed: 'medium' }
  if (method === 'awq' || method === 'gptq') {
    const serving = servingMethod(method, version, target)
    if (serving.startsWith('auto_') || serving.endsWith('_marlin')) return { name: 'Marlin', speed: 'fast' }
    return { name: method === 'awq' ? 'AWQ' : 'ExLlama', speed: 'slow' }
  }
  if (/fp8/.test(method))
    return isBelow(target, floors.fp8) ? { name: 'Marlin', speed: 'medium' } : { name: 'FP8', speed: 'fast' }
  if (/fp4/.test(method))
    return isBelow(target, floors.fp4) ? { name: 'Marlin', speed: 'medium' } : { name: 'FP4', speed: 'fast' }
  if (method === 'compressed-tensors' || method.startsWith('modelopt'))
    return isBelow(target, floors.fp8) ? { name: 'Marlin', speed: 'medium' } : { name: 'CUTLASS', speed: 'fast' }
  if (method === 'bitsandbytes' || method === 'gguf') return { name: method, speed: 'slow' }
  return { name: null, speed: 'medium' }
}
