import { float16Refused } from '../../knowledge/quantization.ts'
import { methodNeeds } from '../../knowledge/vllm/methods.ts'
import { exactVersion } from '../../knowledge/vllm/releases.ts'
import type { Machine } from '../../machine/schema.ts'
import type { Recipe } from '../../recipe/schema/recipe.ts'
import type { Advice } from '../advice.ts'
import { architectureMissing } from '../architecture-support.ts'
import { type ComputeTarget, isBelow, kvCacheDtypes } from '../compute-target.ts'
import { partitionVariable } from '../fit/partition.ts'
import { layoutModelOf } from '../layout/model.ts'
import { invalidity } from '../layout/validity.ts'
import { makeAdvice } from '../make-advice.ts'
import { checkpointAdvice } from '../quantization.ts'
import { sources } from '../sources.ts'
import type { ModelFacts } from './recipe-facts.ts'
import { isVllm, targetOf } from './recipe-facts.ts'

/** The model against cards, layout, length, dtype and version. What the recipe's own words say is judged without the model's facts. */
export function modelContradictions(
  recipe: Recipe,
  machine: Machine,
  { architecture, symmetric }: ModelFacts,
): Advice[] {
  if (!isVllm(recipe)) return []
  const target = targetOf(recipe, machine)
  const found = [...givenMethod(recipe, target), ...dtype(recipe, target), ...kvDtype(recipe, target), ...batch(recipe)]
  if (!architecture) return found
  const version = exactVersion(recipe.engine.version)
  const quantization = architecture.quantization
  const checkpoint = checkpointAdvice({
    method: quantization?.method ?? null,
    bits: quantization?.bits,
    symmetric,
    machine,
    version,
    family: architecture.modelType,
    target,
  })
  found.push(...checkpoint.why.filter(({ kind }) => kind === 'refuse'))
  if (recipe.quantization.method !== 'checkpoint' && quantization) found.push(...doubled(recipe, quantization.method))
  found.push(...float16(recipe, architecture.modelType))
  const missing = architectureMissing(architecture.architectures, version)
  return [
    ...found,
    ...layout(recipe, layoutModelOf(architecture, null, version)),
    ...partition(recipe, architecture.layers.length),
    ...length(recipe, architecture.maxPositionEmbeddings),
    ...(missing ? [missing] : []),
  ]
}

/** `--quantization awq_marlin` on a P40: the method's class refuses the card. */
function givenMethod(recipe: Recipe, target: ComputeTarget | null): Advice[] {
  const { method } = recipe.quantization
  if (method === 'checkpoint' || target?.kind !== 'cuda') return []
  const floor =
    methodNeeds(exactVersion(recipe.engine.version), method)?.capability ?? (/marlin|auto_/.test(method) ? '7.5' : null)
  if (floor === null || !isBelow(target, floor)) return []
  return [
    makeAdvice(
      'refuse',
      {
        id: 'method-too-new-for-card',
        about: 'quantization.method',
        what: `${method} needs capability ${floor}; this card has ${target.capability}.`,
        why: 'vLLM stops with `The quantization method is not supported for the current GPU`.',
        source: sources.wheels,
      },
      {
        facts: ['gpus'],
        instead: isBelow(target, '7.0')
          ? 'Ollama or llama.cpp with a GGUF of this model.'
          : 'Another checkpoint of this model.',
      },
    ),
  ]
}

/** A method given although the checkpoint has one. */
function doubled({ quantization }: Recipe, own: string): Advice[] {
  const { method } = quantization
  if (method === own || method.replace(/_marlin$|^auto_/, '') === own) {
    const what = {
      id: 'method-given-twice',
      about: 'quantization.method',
      what: `Leave --quantization ${method} out.`,
      why: 'The checkpoint says it itself, and current versions choose the kernel.',
      source: sources.vllmQuantization,
    }
    return [makeAdvice('warn', what, { instead: 'Method checkpoint.' })]
  }
  return [
    makeAdvice(
      'refuse',
      {
        id: 'method-other-than-checkpoint',
        about: 'quantization.method',
        what: `The checkpoint is ${own}, not ${method}.`,
        why: 'vLLM stops with `Quantization method specified in the model config does not match`.',
        source: sources.vllmQuantization,
      },
      { facts: ['model'], instead: 'Method checkpoint.' },
    ),
  ]
}

function dtype({ quantization }: Recipe, target: ComputeTarget | null): Advice[] {
  if (!/^(bfloat16|bf16)$/.test(quantization.dtype) || target?.kind !== 'cuda') return []
  if (!isBelow(target, '8.0')) return []
  return [
    makeAdvice(
      'refuse',
      {
        id: 'bfloat16-before-ampere',
        about: 'quantization.dtype',
        what: 'This card has no bfloat16.',
        why: `It needs capability 8.0, and this card has ${target.capability}.`,
        source: sources.vllmGpu,
      },
      { facts: ['gpus'], instead: 'dtype half.' },
    ),
  ]
}

function float16({ quantization }: Recipe, family: string | null): Advice[] {
  if (!/^(half|float16|fp16)$/.test(quantization.dtype) || family === null || !float16Refused.includes(family))
    return []
  return [
    makeAdvice(
      'refuse',
      {
        id: 'float16-refused-by-model',
        about: 'quantization.dtype',
        what: `vLLM refuses ${family} in float16.`,
        why: 'Its values overflow there; vLLM stops with `The model type does not support float16`.',
        source: sources.vllmGpu,
      },
      { facts: ['model'], instead: 'dtype auto or bfloat16; on cards before capability 8.0 another model.' },
    ),
  ]
}

/** Layers of the stages that were reckoned for another model, or another number of stages. */
function partition({ layout: { pipelineParallel }, server }: Recipe, layers: number): Advice[] {
  const given = server.environment[partitionVariable]
  if (given === undefined || pipelineParallel === 1) return []
  const shares = given.split(',').map(Number)
  const sum = shares.reduce((total, share) => total + share, 0)
  if (shares.length === pipelineParallel && sum === layers) return []
  return [
    makeAdvice(
      'refuse',
      {
        id: 'partition-of-another-model',
        about: `server.environment.${partitionVariable}`,
        what: `${partitionVariable}=${given} is not for this model.`,
        why: `It divides ${sum} layers over ${shares.length} stages; the model has ${layers}, and ${pipelineParallel} stages are asked for.`,
        source: { title: 'vLLM: distributed/utils.py, get_pp_indices' },
      },
      { facts: ['model', 'layout'], instead: `Without ${partitionVariable} vLLM divides the layers itself.` },
    ),
  ]
}

/** More requests at once than tokens in a step: vLLM's scheduler refuses it. */
function batch({ layout: { maxNumSeqs, maxNumBatchedTokens } }: Recipe): Advice[] {
  if (maxNumSeqs === undefined || maxNumBatchedTokens === undefined || maxNumBatchedTokens >= maxNumSeqs) return []
  return [
    makeAdvice(
      'refuse',
      {
        id: 'batch-smaller-than-requests',
        about: 'layout.maxNumBatchedTokens',
        what: `${maxNumBatchedTokens} tokens in a step are fewer than ${maxNumSeqs} requests at once.`,
        why: 'vLLM stops with `max_num_batched_tokens must be greater than or equal to max_num_seqs`.',
        source: { title: 'vLLM: SchedulerConfig' },
      },
      { facts: ['layout'], instead: `At least ${maxNumSeqs} batched tokens, or fewer requests at once.` },
    ),
  ]
}

function kvDtype({ quantization }: Recipe, target: ComputeTarget | null): Advice[] {
  if (!quantization.kvCacheDtype.startsWith('fp8') || target === null || kvCacheDtypes(target).includes('fp8'))
    return []
  const where =
    target.kind === 'cuda'
      ? `capability ${target.capability}`
      : target.kind === 'rocm'
        ? target.arch
        : `the ${target.kind.toUpperCase()}`
  return [
    makeAdvice(
      'warn',
      {
        id: 'fp8-kv-cache-too-new',
        about: 'quantization.kvCacheDtype',
        what: `An FP8 KV cache is not safe on ${where}.`,
        why: 'Native FP8 begins at capability 8.9; before it only some attention kernels take it, and Triton stops with `fp8e4nv not supported`.',
        source: sources.vllmQuantization,
      },
      { facts: ['gpus'], sure: 'likely', instead: 'KV cache dtype auto.' },
    ),
  ]
}

function layout(
  { layout: { tensorParallel, pipelineParallel } }: Recipe,
  model: Parameters<typeof invalidity>[0],
): Advice[] {
  const refusal = invalidity(model, tensorParallel, pipelineParallel)
  if (refusal === null) return []
  const divisors = [1, 2, 4, 8].filter((tp) => invalidity(model, tp, 1) === null)
  return [
    makeAdvice(
      'refuse',
      {
        id: 'layout-not-divisible',
        about: 'layout.tensorParallel',
        what: `TP ${tensorParallel} x PP ${pipelineParallel} does not work for this model.`,
        why: refusal,
        source: { title: 'vLLM: ParallelConfig and the linear layers' },
      },
      {
        facts: ['model'],
        instead: `Tensor parallel ${divisors.join(', ')}${model.pipelines === false ? ' and no stages' : ', or pipeline parallel'}.`,
      },
    ),
  ]
}

function length({ layout: { maxModelLen }, server }: Recipe, most: number | null): Advice[] {
  if (maxModelLen === undefined || most === null || maxModelLen <= most) return []
  if (server.environment.VLLM_ALLOW_LONG_MAX_MODEL_LEN === '1') return []
  return [
    makeAdvice(
      'refuse',
      {
        id: 'length-beyond-model',
        about: 'layout.maxModelLen',
        what: `This model is made for ${most.toLocaleString('en')} tokens, not ${maxModelLen.toLocaleString('en')}.`,
        why: 'vLLM stops with `User-specified max_model_len is greater than the derived max_model_len`.',
        source: { title: 'vLLM: ModelConfig' },
      },
      {
        facts: ['model'],
        instead: `At most ${most.toLocaleString('en')}, or rope scaling through --hf-overrides where the model card describes it.`,
      },
    ),
  ]
}
