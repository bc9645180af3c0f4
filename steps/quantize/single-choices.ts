import { makeAdvice } from '#src/advice/make-advice.ts'
import { GiB } from '#src/core/bytes.ts'
import type { Machine } from '#src/machine/schema.ts'
import type { Recipe } from '#src/recipe/schema/recipe.ts'
import type { Choice } from '../step.ts'

/** On the CPU the KV cache is a share of the machine's memory, said in GiB. */
export function cpuChoice(machine: Machine, recipe: Recipe): Choice {
  const isProof = recipe.model.source === 'proof'
  const available = machine.memory.availableBytes.value ?? machine.memory.totalBytes.value ?? 8 * GiB
  const gib = isProof ? 1 : Math.max(1, Math.min(16, Math.floor((available / GiB) * 0.2)))
  return {
    id: 'cpu',
    cells: [isProof ? 'the proof model as it is' : 'the checkpoint as it is', `KV cache ${gib} GiB`],
    state: 'ok',
    note: '',
    set: {
      'layout.gpus': [],
      'layout.cpuKvCacheGib': gib,
      ...(isProof ? { 'engine.compilation': 'none' } : { 'layout.maxModelLen': recipe.workload.contextTokens }),
    },
    advice: [
      makeAdvice(
        'recommend',
        {
          id: 'cpu-kv-cache',
          about: 'layout.cpuKvCacheGib',
          what: `${gib} GiB of memory for the KV cache.`,
          why: isProof
            ? 'The proof model needs a few MiB; one GiB is the least that is worth saying, and it is not compiled because that takes longer than it answers.'
            : 'On the CPU the cache lies in the machine’s own memory, beside the weights and everything else that runs.',
          source: {
            title: 'vLLM: CPU backend, VLLM_CPU_KVCACHE_SPACE',
            reference: 'https://docs.vllm.ai/en/latest/getting_started/installation/cpu/',
          },
        },
        { facts: ['memory.availableBytes'] },
      ),
    ],
  }
}

/** Ollama and llama.cpp choose their own layout. */
export function plainChoice(recipe: Recipe): Choice {
  return {
    id: 'as-it-is',
    cells: ['as the engine chooses'],
    state: 'ok',
    note: '',
    set: { 'layout.maxModelLen': recipe.workload.contextTokens },
    advice: [
      makeAdvice('note', {
        id: 'layout-by-the-engine',
        about: 'layout',
        what: 'The engine spreads the model over cards and memory itself.',
        why: 'Ollama and llama.cpp put as many layers on the cards as fit and compute the rest on the CPU.',
        source: {
          title: 'llama.cpp: --gpu-layers',
          reference: 'https://github.com/ggml-org/llama.cpp/tree/master/tools/server',
        },
      }),
    ],
  }
}

/** A model that the catalogue does not know, or the proof model on cards: every usable card is left to the operator. */
export function unknownChoice(machine: Machine, recipe: Recipe): Choice {
  const isProof = recipe.model.source === 'proof'
  const needsHalf = machine.gpus.some((gpu) => gpu.capability.value !== null && Number(gpu.capability.value) < 8)
  return {
    id: 'as-it-is',
    cells: [isProof ? 'the proof model as it is' : 'the checkpoint as it is'],
    state: 'ok',
    note: isProof ? '' : 'not known before the start',
    set: {
      'quantization.dtype': needsHalf ? 'float16' : 'auto',
      'layout.maxModelLen': isProof ? undefined : recipe.workload.contextTokens,
    },
    advice: [
      makeAdvice(isProof ? 'note' : 'warn', {
        id: isProof ? 'proof-fits-everywhere' : 'fit-unknown',
        about: 'model.id',
        what: isProof ? 'It fits every card.' : 'Whether it fits is not known.',
        why: isProof
          ? 'The proof model has 3 MiB of weights; one card is used unless the settings say more.'
          : 'Its config.json could not be read and the catalogue does not have it, so nothing can be reckoned; the launch will tell.',
        source: { title: 'rigup: the catalogue of models', reference: 'src/knowledge/data/models.json' },
      }),
    ],
  }
}
