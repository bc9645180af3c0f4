import {
  cpuMethods,
  float16Refused,
  floors,
  movedOut,
  rocmFp8Targets,
  rocmMethods,
  xpuMethods,
} from '../knowledge/quantization.ts'
import { methodNeeds } from '../knowledge/vllm/methods.ts'
import { isDeprecatedQuantization, lifetimeOfQuantization, quantizationMethods } from '../knowledge/vllm/names.ts'
import { exactVersion } from '../knowledge/vllm/releases.ts'
import { isAtLeast, isBefore } from '../knowledge/vllm/version.ts'
import type { Machine } from '../machine/schema.ts'
import type { Advice } from './advice.ts'
import { usableCards } from './layout/cards.ts'
import { capabilityNumber, lowestCapability } from './machine-facts.ts'
import { makeAdvice } from './make-advice.ts'
import { sources } from './sources.ts'

/** What the engine computes on. */
export type ComputeTarget =
  | { readonly kind: 'cuda'; readonly capability: string }
  | { readonly kind: 'rocm'; readonly arch: string }
  | { readonly kind: 'xpu' }
  | { readonly kind: 'cpu' }

type CheckpointQuestion = {
  /** `quant_method` of the checkpoint's config.json; null: not quantized. */
  readonly method: string | null
  readonly machine: Machine
  /** Exact vLLM version; `newest`. */
  readonly version: string
  /** Model type: `gemma3`, `qwen3`. */
  readonly family?: string | null | undefined
  readonly bits?: number | null | undefined
  /** False for GPTQ with zero points. */
  readonly symmetric?: boolean | null | undefined
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

/** What the engine would compute on in this machine: its usable cards, else the CPU. Null where a card's kind is unknown. */
function computeTarget(machine: Machine): ComputeTarget | null {
  const cards = usableCards(machine)
  const vendor = cards[0]?.vendor.value
  if (vendor === 'nvidia') {
    const capability = lowestCapability(cards)
    return capability === null ? null : { kind: 'cuda', capability }
  }
  if (vendor === 'amd') return cards[0]?.arch.value ? { kind: 'rocm', arch: cards[0].arch.value } : null
  return vendor === 'intel' ? { kind: 'xpu' } : { kind: 'cpu' }
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

function below(target: ComputeTarget | null, floor: string): boolean {
  if (target?.kind !== 'cuda') return false
  return (capabilityNumber(target.capability) ?? 0) < (capabilityNumber(floor) ?? 0)
}

/** The class that serves a checkpoint's method: Marlin's own until 0.23, `auto_awq` and `auto_gptq` after. */
function servingMethod(method: string, version: string, target: ComputeTarget | null): string {
  const auto = `auto_${method}`
  if (methodNeeds(version, auto)) return auto
  const marlin = `${method}_marlin`
  const needs = methodNeeds(version, marlin)
  return needs?.capability && !below(target, needs.capability) ? marlin : method
}

function methodReasons(question: CheckpointQuestion, version: string, target: ComputeTarget | null): Advice[] {
  const { method } = question
  if (method === null) return []
  const refuse = (id: string, what: string, why: string, instead: string): Advice[] => [
    makeAdvice(
      'refuse',
      { id, about: 'quantization.method', what, why, source: sources.wheels },
      { facts: ['model', 'gpus', 'engine.version'], instead },
    ),
  ]
  const known = quantizationMethods(version)
  if (known && !known.has(method) && !known.has(`auto_${method}`)) {
    const life = lifetimeOfQuantization(method)
    const when = life
      ? life.last && isBefore(life.last, version)
        ? `${life.last} was the last with it.`
        : `It came with ${life.first}.`
      : 'No release knows that name.'
    return refuse(
      'quantization-not-in-version',
      `vLLM ${version} does not know the method ${method}.`,
      when,
      movedOut[method] ?? 'Another checkpoint of this model, or another version.',
    )
  }
  if (target?.kind === 'rocm' && !rocmMethods.includes(method))
    return refuse(
      'quantization-not-on-rocm',
      `${method} does not run on AMD cards.`,
      "It is not in the list of vLLM's ROCm platform.",
      'An AWQ, GPTQ or FP8 checkpoint.',
    )
  if (target?.kind === 'xpu' && !xpuMethods.includes(method))
    return refuse(
      'quantization-not-on-xpu',
      `${method} does not run on Intel cards.`,
      "It is not in the list of vLLM's XPU platform.",
      'An AWQ, GPTQ or FP8 checkpoint.',
    )
  if (target?.kind === 'cpu' && !cpuMethods.includes(method))
    return refuse(
      'quantization-not-on-cpu',
      `${method} does not run on a CPU.`,
      'The CPU backend takes AWQ, GPTQ and compressed-tensors.',
      'The unquantized, an AWQ or a GPTQ checkpoint.',
    )
  if (target?.kind === 'cuda') {
    const serving = servingMethod(method, version, target)
    // The class of GPTQ says 6.0, but no wheel has had kernels below 7.0, and Marlin, which serves it since 0.22, begins at 7.5.
    const own = methodNeeds(version, serving)?.capability ?? '7.0'
    const floor = serving === 'auto_gptq' ? '7.5' : own
    if (below(target, floor))
      return refuse(
        'quantization-capability',
        `${method} needs capability ${floor}; this card has ${target.capability}.`,
        `The method's class in vLLM ${version} refuses older cards.`,
        target.capability < '7.0'
          ? 'Ollama or llama.cpp with a GGUF of this model.'
          : 'Another checkpoint of this model: GPTQ, or none.',
      )
  }
  if (
    method === 'gptq' &&
    methodNeeds(version, 'auto_gptq') &&
    ((question.bits && ![4, 8].includes(question.bits)) || question.symmetric === false)
  )
    return refuse(
      'gptq-scheme',
      'This GPTQ scheme is not served any more.',
      `vLLM ${version} takes 4 and 8 bits, symmetric; this one has ${question.bits ?? '?'} bits${question.symmetric === false ? ' and zero points' : ''}.`,
      'Another checkpoint of this model.',
    )
  if (isDeprecatedQuantization(version, method)) {
    const what = {
      id: 'quantization-deprecated',
      about: 'server.arguments',
      what: 'Give --allow-deprecated-quantization.',
      why: `vLLM ${version} refuses ${method} without it, and a later release drops it.`,
      source: sources.wheels,
    }
    return [makeAdvice('warn', what)]
  }
  return []
}

function flagReasons(method: string | null, version: string): Advice[] {
  if (method === null) return []
  const moved = isAtLeast(version, '0.24.0') && ['awq', 'gptq'].includes(method)
  return [
    makeAdvice(
      'recommend',
      {
        id: 'quantization-from-checkpoint',
        about: 'quantization.method',
        what: 'Do not give --quantization.',
        why: `The checkpoint says ${method} itself and vLLM takes the best kernel for it${moved ? ` (auto_${method} since 0.24)` : ''}; another name there stops the start.`,
        source: sources.vllmQuantization,
      },
      { facts: ['model'], wouldChange: 'an unquantized checkpoint that vLLM should quantize while loading' },
    ),
  ]
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
    return below(target, floors.fp8) ? { name: 'Marlin', speed: 'medium' } : { name: 'FP8', speed: 'fast' }
  if (/fp4/.test(method))
    return below(target, floors.fp4) ? { name: 'Marlin', speed: 'medium' } : { name: 'FP4', speed: 'fast' }
  if (method === 'compressed-tensors' || method.startsWith('modelopt'))
    return below(target, floors.fp8) ? { name: 'Marlin', speed: 'medium' } : { name: 'CUTLASS', speed: 'fast' }
  if (method === 'bitsandbytes' || method === 'gguf') return { name: method, speed: 'slow' }
  return { name: null, speed: 'medium' }
}

/** dtypes: bfloat16 needs capability 8.0, some families overflow in float16, and some methods take one only. */
function dtypeFor(
  method: string | null,
  version: string,
  target: ComputeTarget | null,
  family: string | null,
): { value: string; why: Advice[] } {
  const noBfloat16 = below(target, floors.bfloat16)
  const noFloat16 = family !== null && float16Refused.includes(family)
  const facts = ['gpus', 'model']
  if (noBfloat16 && noFloat16) {
    const refusal = makeAdvice(
      'refuse',
      {
        id: 'dtype-none-left',
        about: 'quantization.dtype',
        what: `This card cannot run ${family}.`,
        why: `bfloat16 needs capability 8.0, and vLLM refuses ${family} in float16 because its values overflow.`,
        source: sources.vllmGpu,
      },
      { facts, instead: 'Another model, or Ollama and llama.cpp, which keep the sums in float32.' },
    )
    return { value: 'auto', why: [refusal] }
  }
  if (noBfloat16) {
    const half = makeAdvice(
      'recommend',
      {
        id: 'dtype-half-before-ampere',
        about: 'quantization.dtype',
        what: 'Give --dtype half.',
        why: `bfloat16 needs capability 8.0; this card has ${target?.kind === 'cuda' ? target.capability : 'less'}.`,
        source: sources.vllmGpu,
      },
      { facts },
    )
    return { value: 'half', why: [half] }
  }
  const serving = method !== null && target?.kind === 'cuda' ? servingMethod(method, version, target) : null
  const only = serving === null ? [] : (methodNeeds(version, serving)?.dtypes ?? [])
  if (only.length === 1 && only[0] === 'float16' && !noFloat16) {
    const half = makeAdvice(
      'recommend',
      {
        id: 'dtype-of-method',
        about: 'quantization.dtype',
        what: 'Give --dtype half.',
        why: `${method} in vLLM ${version} computes in float16 only, and a checkpoint that says bfloat16 stops the start.`,
        source: sources.wheels,
      },
      { facts },
    )
    return { value: 'half', why: [half] }
  }
  return { value: 'auto', why: [] }
}

/** Values of `--kv-cache-dtype` that work on a target; `fp8` halves the cache at a small loss. */
export function kvCacheDtypes(target: ComputeTarget | null): string[] {
  if (target?.kind === 'cuda') return below(target, floors.fp8KvCache) ? ['auto'] : ['auto', 'fp8']
  if (target?.kind === 'rocm') return rocmFp8Targets.includes(target.arch) ? ['auto', 'fp8'] : ['auto']
  return ['auto']
}
