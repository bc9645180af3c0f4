import { cpuMethods, float16Refused, floors, movedOut, rocmMethods, xpuMethods } from '../knowledge/quantization.ts'
import { methodNeeds } from '../knowledge/vllm/methods.ts'
import { isDeprecatedQuantization, lifetimeOfQuantization, quantizationMethods } from '../knowledge/vllm/names.ts'
import { isAtLeast, isBefore } from '../knowledge/vllm/version.ts'
import type { Advice } from './advice.ts'
import { type ComputeTarget, isBelow } from './compute-target.ts'
import { makeAdvice } from './make-advice.ts'
import { sources } from './sources.ts'

/** How a checkpoint is quantized, as far as that decides. */
export type Scheme = {
  /** `quant_method` of its config.json; null: not quantized. */
  readonly method: string | null
  readonly bits?: number | null | undefined
  /** False for GPTQ with zero points. */
  readonly symmetric?: boolean | null | undefined
}

/** The class that serves a checkpoint's method: Marlin's own until 0.23, `auto_awq` and `auto_gptq` after. */
export function servingMethod(method: string, version: string, target: ComputeTarget | null): string {
  const auto = `auto_${method}`
  if (methodNeeds(version, auto)) return auto
  const marlin = `${method}_marlin`
  const needs = methodNeeds(version, marlin)
  return needs?.capability && !isBelow(target, needs.capability) ? marlin : method
}

/** What speaks against the method in that version on that target; empty where nothing does. */
export function methodReasons(question: Scheme, version: string, target: ComputeTarget | null): Advice[] {
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
    if (isBelow(target, floor))
      return refuse(
        'quantization-capability',
        `${method} needs capability ${floor}; this card has ${target.capability}.`,
        `The method's class in vLLM ${version} refuses older cards.`,
        isBelow(target, '7.0')
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

/** Why `--quantization` stays away. */
export function flagReasons(method: string | null, version: string): Advice[] {
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

/** dtypes: bfloat16 needs capability 8.0, some families overflow in float16, and some methods take one only. */
export function dtypeFor(
  method: string | null,
  version: string,
  target: ComputeTarget | null,
  family: string | null,
): { value: string; why: Advice[] } {
  const noBfloat16 = isBelow(target, floors.bfloat16)
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
