import { describe, expect, test } from 'vitest'
import { contradictionsOf } from '#src/advice/contradictions/contradictions.ts'
import { modelFacts } from '#src/advice/model-facts.ts'
import { retryLadder } from '#src/advice/retry-ladder.ts'
import { utilizationAdvice } from '#src/advice/utilization.ts'
import { GiB } from '#src/core/bytes.ts'
import { architectureFromConfig } from '#src/knowledge/models/from-config.ts'
import type { Machine } from '#src/machine/schema.ts'
import { type Recipe, type RecipeInput, recipeSchema } from '#src/recipe/schema/recipe.ts'
import { machineWith, nvidia, shippedMachine } from './machines.ts'

function recipe(changes: Partial<RecipeInput> = {}): Recipe {
  const engine = { route: 'vllm-cuda-wheel' as const, version: '0.33.0' }
  return recipeSchema.parse({ rigup: 1, name: 'case', model: { source: 'hub', id: 'org/model' }, engine, ...changes })
}
const pinned = (version: string, more = {}) => ({ engine: { route: 'vllm-cuda-wheel' as const, version, ...more } })
const rtx = machineWith({ gpus: [nvidia('RTX 3090', '8.6', 24), nvidia('RTX 3090', '8.6', 24)] })
const t4 = machineWith({ gpus: [nvidia('T4', '7.5', 16)] })

describe('what contradicts itself, the version or the machine is refused with the way out', () => {
  test.each<[string, Partial<RecipeInput>, ReturnType<typeof machineWith>, string]>([
    [
      'AWQ-Marlin on a P40',
      { quantization: { method: 'awq_marlin' } },
      shippedMachine('tesla-p40'),
      'method-too-new-for-card',
    ],
    ['vLLM on a P40', {}, shippedMachine('tesla-p40'), 'card-without-kernels'],
    ['bfloat16 on a T4', { quantization: { dtype: 'bfloat16' } }, t4, 'bfloat16-before-ampere'],
    ['V0 on 0.11.0', pinned('0.11.0', { generation: 'v0' }), rtx, 'v0-gone'],
    ['V0 through its variable', { server: { environment: { VLLM_USE_V1: '0' } } }, rtx, 'v0-gone'],
    ['a choice of runner in 0.10', pinned('0.10.2', { generation: 'runner-v2' }), rtx, 'runner-not-yet'],
    ['swap-space today', { server: { arguments: { 'swap-space': 1 } } }, rtx, 'unknown-flag-swap-space'],
    ['a flag without a no- form', { server: { arguments: { port: false } } }, rtx, 'flag-without-no-port'],
    [
      'code of a model, unasked',
      { server: { arguments: { 'trust-remote-code': true } } },
      rtx,
      'asked-elsewhere-trust-remote-code',
    ],
    ['another address than the one shown', { server: { arguments: { host: '0.0.0.0' } } }, rtx, 'asked-elsewhere-host'],
    ['a misspelt flag', { server: { arguments: { 'enforce-eagre': true } } }, rtx, 'unknown-flag-enforce-eagre'],
    ['gguf today', { quantization: { method: 'gguf' } }, rtx, 'unknown-method-gguf'],
    ['more cards than there are', { layout: { tensorParallel: 4 } }, rtx, 'more-cards-than-there-are'],
    ['a card that is not there', { layout: { gpus: [7] } }, rtx, 'cards-missing'],
    ['a port in use', { server: { port: 22 } }, shippedMachine('mining-rig'), 'port-taken'],
    ['a privileged port', { server: { port: 80 } }, rtx, 'port-privileged'],
    [
      'swap on NTFS',
      { memory: { swap: { path: '/mnt/c/swap', bytes: 64 * GiB } } },
      shippedMachine('mining-rig'),
      'swap-filesystem',
    ],
    [
      'a build for CUDA 13 on an old driver',
      pinned('0.33.0', { torchBackend: 'cu130' }),
      machineWith({ gpus: [nvidia('RTX 3060', '8.6', 12, { driver: '570.86' })] }),
      'cuda-build-newer-than-driver',
    ],
    [
      'a hub id for Ollama',
      {
        ...pinned('newest'),
        engine: { route: 'ollama', version: 'newest' },
        model: { source: 'hub', id: 'Qwen/Qwen3-8B' },
      },
      rtx,
      'model-under-another-name',
    ],
    [
      'a checkpoint without a GGUF for llama.cpp',
      { engine: { route: 'llama-cpp', version: 'newest' } },
      rtx,
      'model-not-for-this-engine',
    ],
    [
      'a GGUF file for vLLM',
      { model: { source: 'hub', id: 'org/model-GGUF', file: 'a-00001-of-00003.gguf' } },
      rtx,
      'model-not-for-this-engine',
    ],
    ['a name of Ollama for vLLM', { model: { source: 'ollama', id: 'qwen3:8b' } }, rtx, 'model-not-for-this-engine'],
    [
      'fewer tokens in a step than requests',
      { layout: { maxNumSeqs: 256, maxNumBatchedTokens: 128 } },
      rtx,
      'batch-smaller-than-requests',
    ],
    ['root without rights', { memory: { guard: 'earlyoom' } }, shippedMachine('shared-a100'), 'root-needed'],
    [
      'pinned memory beyond RAM',
      { ...pinned('0.10.2'), layout: { tensorParallel: 8 } },
      shippedMachine('mining-rig'),
      'swap-space-pins-memory',
    ],
  ])('%s', (_, changes, machine, id) => {
    const found = contradictionsOf(recipe(changes), machine).find((one) => one.id === id)
    expect(found).toMatchObject({ kind: 'refuse', instead: expect.any(String) })
  })

  test.each([
    ['40,40', true],
    ['18,18', false],
    ['12,12,12', true],
  ])('stages of %s layers are refused where they are not those of the model: %s', (partition, isRefused) => {
    const given = recipe({
      model: { source: 'hub', id: 'Qwen/Qwen3-8B' },
      layout: { pipelineParallel: 2 },
      server: { environment: { VLLM_PP_LAYER_PARTITION: partition } },
    })
    const found = contradictionsOf(given, rtx, modelFacts(given)).map(({ kind, id }) => `${kind} ${id}`)
    expect(found.includes('refuse partition-of-another-model')).toBe(isRefused)
  })

  test('limits in bytes without systemd are said not to be kept', () => {
    const memory = { limits: { memoryBytes: GiB, oomScoreAdjust: 1000 } }
    const ids = (init: string) =>
      contradictionsOf(recipe({ memory }), machineWith({ os: { init } })).map(({ kind, id }) => `${kind} ${id}`)
    expect(ids('openrc')).toContain('warn limits-need-systemd')
    expect(ids('systemd')).not.toContain('warn limits-need-systemd')
  })

  test.each([
    ['a plugin', { server: { arguments: { 'tool-parser-plugin': '/tmp/x.py' } } }, 'loads-code-tool-parser-plugin'],
    ['a preloaded library', { server: { environment: { LD_PRELOAD: '/tmp/x.so' } } }, 'loads-code-ld_preload'],
  ])('%s is warned of', (_, changes, id) => {
    expect(contradictionsOf(recipe(changes), rtx).find((one) => one.id === id)).toMatchObject({ kind: 'warn' })
  })

  test('the same settings are fine where they belong', () => {
    const old = recipe({
      ...pinned('0.10.2', { generation: 'v0' }),
      server: { port: 8010, arguments: { 'swap-space': 1, 'enforce-eager': true } },
    })
    expect(contradictionsOf(old, rtx)).toEqual([])
    const today = recipe({
      server: { port: 8010, arguments: { 'enable-prefix-caching': false, 'enforce-eager': true } },
    })
    expect(contradictionsOf(today, rtx)).toEqual([])
  })

  test('what is only useless is a warning', () => {
    const environment = { VLLM_ATTENTION_BACKEND: 'FLASHINFER', NCCL_ASYNC_ERROR_HANDLING: '1', VLLM_CACHE_ROOT: '/x' }
    const found = contradictionsOf(recipe({ server: { environment } }), rtx)
    expect(found.map(({ kind, id }) => `${kind} ${id}`)).toEqual([
      'warn unknown-variable-vllm-attention-backend',
      'warn nccl-async-error-handling',
    ])
  })

  test('a disk that is too small is refused with another place', () => {
    const filesystems = [
      { mount: '/', type: 'ext4', totalBytes: 100 * GiB, freeBytes: 20 * GiB, device: 'ssd', readOnly: false },
      { mount: '/data', type: 'xfs', totalBytes: 900 * GiB, freeBytes: 800 * GiB, device: 'ssd', readOnly: false },
    ]
    const machine = machineWith({ gpus: [nvidia('RTX 3090', '8.6', 24)], filesystems })
    const [found] = contradictionsOf(recipe(), machine, { bytes: 40 * GiB })
    expect(found).toMatchObject({ id: 'disk-too-small-root', instead: expect.stringContaining('/data') })
  })
})

describe('with the facts of the model', () => {
  const architecture = architectureFromConfig({
    architectures: ['Qwen2ForCausalLM'],
    model_type: 'qwen2',
    hidden_size: 768,
    intermediate_size: 3072,
    num_hidden_layers: 12,
    num_attention_heads: 6,
    num_key_value_heads: 6,
    vocab_size: 32000,
    max_position_embeddings: 32768,
    torch_dtype: 'bfloat16',
    quantization_config: { quant_method: 'awq', bits: 4, group_size: 128 },
  })
  const eight = machineWith({ gpus: Array.from({ length: 8 }, () => nvidia('RTX 3090', '8.6', 24)) })

  test.each<[string, Partial<RecipeInput>, string, string]>([
    ['TP 8 on 6 heads', { layout: { tensorParallel: 8 } }, 'refuse', 'layout-not-divisible'],
    ['a length beyond the model', { layout: { maxModelLen: 65536 } }, 'refuse', 'length-beyond-model'],
    [
      'another method than the checkpoint',
      { quantization: { method: 'gptq' } },
      'refuse',
      'method-other-than-checkpoint',
    ],
    ['the method said twice', { quantization: { method: 'awq_marlin' } }, 'warn', 'method-given-twice'],
  ])('%s', (_, changes, kind, id) => {
    expect(contradictionsOf(recipe(changes), eight, { architecture })).toContainEqual(
      expect.objectContaining({ kind, id }),
    )
  })

  test('an architecture that came later names its release', () => {
    const newer = architecture && { ...architecture, architectures: ['Qwen3ForCausalLM'] }
    const [found] = contradictionsOf(recipe({ ...pinned('0.7.3'), layout: { tensorParallel: 2 } }), eight, {
      architecture: newer,
    }).filter(({ id }) => id === 'architecture-not-in-version')
    expect(found).toMatchObject({ kind: 'refuse', instead: expect.stringMatching(/^vLLM 0\.8/) })
  })
})

describe('models of the catalogue on cards', () => {
  const cards = (name: string, capability: string, gib: number, count = 1) =>
    machineWith({ gpus: Array.from({ length: count }, () => nvidia(name, capability, gib)) })
  const [turing, ampere, ada] = [
    cards('Tesla T4', '7.5', 15),
    cards('RTX 3090', '8.6', 24),
    cards('RTX 4090', '8.9', 24),
  ]
  const short = { layout: { maxModelLen: 2048 } }

  test.each<[string, string, Partial<RecipeInput>, Machine, string | null]>([
    ['gpt-oss in MXFP4 on a T4', 'openai/gpt-oss-20b', short, turing, 'quantization-capability'],
    ['gpt-oss in MXFP4 on Ampere', 'openai/gpt-oss-20b', short, ampere, null],
    ['FP8 on Ampere: unpacked by Marlin', 'Qwen/Qwen3-8B-FP8', short, ampere, null],
    ['AWQ on a T4', 'Qwen/Qwen3-8B-AWQ', { quantization: { dtype: 'half' }, ...short }, turing, null],
    [
      'Gemma 3 in half',
      'google/gemma-3-12b-it',
      { quantization: { dtype: 'half' }, ...short },
      ampere,
      'float16-refused-by-model',
    ],
    ['Gemma 3 on a T4: no number format is left', 'google/gemma-3-12b-it', short, turing, 'dtype-none-left'],
    [
      'FP8 cache on Ampere',
      'Qwen/Qwen3-8B-AWQ',
      { quantization: { kvCacheDtype: 'fp8' }, ...short },
      ampere,
      'fp8-kv-cache-too-new',
    ],
    ['FP8 cache on Ada', 'Qwen/Qwen3-8B-AWQ', { quantization: { kvCacheDtype: 'fp8' }, ...short }, ada, null],
    ['far too large', 'Qwen/Qwen3-32B', short, ampere, 'fit-weights'],
    [
      'too long for what is left',
      'Qwen/Qwen3-8B',
      { layout: { maxModelLen: 40960, utilization: 0.8 } },
      ampere,
      'fit-too-long',
    ],
    ['the same, shorter', 'Qwen/Qwen3-8B', { layout: { maxModelLen: 8192, utilization: 0.9 } }, ampere, null],
    [
      'half of it on each of two cards',
      'Qwen/Qwen3-14B',
      { layout: { tensorParallel: 2, maxModelLen: 8192 } },
      cards('RTX 3090', '8.6', 24, 2),
      null,
    ],
    [
      'TP 3 of 64 heads',
      'Qwen/Qwen3-32B',
      { layout: { tensorParallel: 3, maxModelLen: 2048 } },
      cards('RTX 3090', '8.6', 24, 3),
      'layout-not-divisible',
    ],
    [
      'gpt-oss over eight cards',
      'openai/gpt-oss-120b',
      { layout: { tensorParallel: 8, maxModelLen: 2048 } },
      cards('RTX 3090', '8.6', 24, 8),
      null,
    ],
    [
      'FP8 blocks of experts that a cut would split',
      'Qwen/Qwen3-30B-A3B-Instruct-2507-FP8',
      { layout: { tensorParallel: 4, maxModelLen: 2048 } },
      cards('RTX 4090', '8.9', 24, 4),
      'layout-not-divisible',
    ],
    [
      'stages of a model that has none',
      'Zyphra/Zamba2-7B-instruct',
      { layout: { pipelineParallel: 2, maxModelLen: 2048 } },
      cards('RTX 4090', '8.9', 24, 2),
      'layout-not-divisible',
    ],
    [
      'a family of after the release',
      'openai/gpt-oss-20b',
      { ...pinned('0.9.2'), ...short },
      ampere,
      'architecture-not-in-version',
    ],
  ])('%s', (_, id, changes, machine, expected) => {
    const given = recipe({ model: { source: 'hub', id }, ...changes })
    const found = contradictionsOf(given, machine, modelFacts(given)).filter(({ kind }) => kind !== 'note')
    if (expected === null) expect(found).toEqual([])
    else expect(found.map((one) => one.id)).toContain(expected)
  })
})

describe('shared machines', () => {
  const shared = shippedMachine('shared-a100')
  const start = recipe({ ...pinned('0.11.0'), layout: { gpus: [4], utilization: 0.75 } })

  test('the ladder goes from gentle to coarse, and knows that 0.11.0 has no V0', () => {
    const ladder = retryLadder(start, shared)
    expect(ladder.map(({ id }) => id)).toEqual([
      'other-card',
      'same-again',
      'lower-utilization',
      'eager',
      'no-prefix-caching',
    ])
    expect(ladder.find(({ id }) => id === 'lower-utilization')?.set).toEqual({ 'layout.utilization': 0.675 })
    expect(retryLadder(recipe(pinned('0.10.2')), shared).map(({ id }) => id)).toContain('v0')
  })

  test('utilization follows what is free, never above the default', () => {
    const card = { ...nvidia('A100', '8.0', 80), memoryUsedBytes: 20 * GiB, memoryFreeBytes: 60 * GiB }
    const machine = machineWith({ gpus: [card] })
    const { utilization, why } = utilizationAdvice(machine, machine.gpus, '0.11.0')
    expect(utilization).toBe(0.69)
    expect(why[0]?.id).toBe('utilization-from-free')
    expect(utilizationAdvice(rtx, rtx.gpus, '0.33.0')).toEqual({ utilization: 0.92, why: [] })
    expect(utilizationAdvice(rtx, rtx.gpus, '0.19.1').utilization).toBe(0.9)
  })
})
