import { formatBytes } from '../../core/bytes.ts'
import type { Gpu, Machine } from '../../machine/schema.ts'
import type { Advice } from '../advice.ts'
import { cardList, gpuFact } from '../machine-facts.ts'
import { makeAdvice } from '../make-advice.ts'
import { sources } from '../sources.ts'
import { isBusy } from './cards.ts'
import type { LayoutTimes } from './layout-time.ts'
import type { Link } from './link.ts'

type Compared = LayoutTimes & { tensorParallel: number; pipelineParallel: number; link: Link; valid: boolean }

/** `TP 2 x PP 4`, `PP 8`, `TP 8`, `one card`. */
export function layoutName(layout: { tensorParallel: number; pipelineParallel: number }): string {
  const { tensorParallel: tp, pipelineParallel: pp } = layout
  if (tp === 1) return pp === 1 ? 'one card' : `PP ${pp}`
  return pp === 1 ? `TP ${tp}` : `TP ${tp} x PP ${pp}`
}

/**
 * Why a layout beats tensor parallelism over as many cards, or the other way round: bytes and seconds, both said. Nothing where it is
 * the slower one.
 */
export function comparison(best: Compared, rest: readonly Compared[]): Advice[] {
  const slower = rest.filter(({ valid, requestSeconds }) => valid && requestSeconds > best.requestSeconds)
  const other = slower[0]
  const tensor = slower.find(({ pipelineParallel }) => pipelineParallel === 1)
  const facts = ['gpus[].linkWidth', 'gpus[].linkGenerationMax', 'links', 'cpu.cores']
  const sure = best.link.measured ? 'likely' : 'guess'
  if (best.pipelineParallel > 1 && tensor) {
    const pipeline = [best, ...rest].find(({ tensorParallel }) => tensorParallel === 1)
    const less = (layout: Compared) => ratio(tensor.linkBytesPerToken / layout.linkBytesPerToken)
    const alone =
      pipeline && pipeline !== best
        ? ` ${layoutName(pipeline)} sends ${less(pipeline)} times fewer, but reads its weights one card after another.`
        : ''
    return [
      makeAdvice(
        'recommend',
        {
          id: 'layout-pipeline-over-slow-links',
          about: 'layout.pipelineParallel',
          what: `${layoutName(best)}, not ${layoutName(tensor)}: ${less(best)} times fewer bytes over ${best.link.name}, and about ${ratio(tensor.requestSeconds / best.requestSeconds)} times faster for several users with long prompts.`,
          why: `${layoutName(tensor)} moves ${formatBytes(tensor.linkBytesPerToken)} a token and card: 1000 tokens of prompt wait ${seconds(1000 * tensor.linkSecondsPerPromptToken)} for the links, here ${seconds(1000 * best.linkSecondsPerPromptToken)}; a generated token waits ${milliseconds(tensor.linkSecondsPerToken)}, here ${milliseconds(best.linkSecondsPerToken)}.${alone}`,
          source: sources.vllmParallel,
        },
        {
          facts,
          sure,
          wouldChange:
            'wider links or NVLink; one user with short prompts and long answers, where tensor parallelism reads the weights on all cards at once',
        },
      ),
    ]
  }
  if (best.tensorParallel > 1 && other) {
    return [
      makeAdvice(
        'recommend',
        {
          id: 'layout-tensor-over-fast-links',
          about: 'layout.tensorParallel',
          what: `${layoutName(best)}: all cards read their part of the weights at the same time.`,
          why: `${best.link.name} costs ${milliseconds(best.linkSecondsPerToken)} a generated token, less than ${layoutName(other)} loses by running its stages one after another.`,
          source: sources.vllmParallel,
        },
        { facts, sure },
      ),
    ]
  }
  return []
}

/** Why not the fastest layout: it has too little room. */
export function layoutForRoom(chosen: Compared, fastest: Compared): Advice {
  return makeAdvice(
    'recommend',
    {
      id: 'layout-for-room',
      about: 'layout.pipelineParallel',
      what: `${layoutName(chosen)} has the room that ${layoutName(fastest)} lacks.`,
      why: `${layoutName(fastest)} would be about ${ratio(chosen.requestSeconds / fastest.requestSeconds)} times as fast, but its fullest card holds more of the model: the length wished would not fit there, or not surely.`,
      source: { title: 'rigup: the memory fit' },
    },
    { facts: ['gpus[].memoryTotalBytes', 'gpus[].linkWidth'], sure: 'likely', wouldChange: 'a shorter length' },
  )
}

function ratio(value: number): string {
  return value >= 10 ? value.toFixed(0) : value.toFixed(1)
}

function seconds(value: number): string {
  return value < 0.1 ? `${(value * 1000).toFixed(0)} ms` : `${value.toFixed(1)} s`
}

function milliseconds(value: number): string {
  return `${(value * 1000).toFixed(value < 0.01 ? 1 : 0)} ms`
}

/** The refusal of a cut that vLLM does not take. */
export function layoutReason(tp: number, pp: number, refusal: string | null): Advice[] {
  if (refusal === null) return []
  return [
    makeAdvice(
      'refuse',
      {
        id: 'layout-not-divisible',
        about: tp > 1 ? 'layout.tensorParallel' : 'layout.pipelineParallel',
        what: `${layoutName({ tensorParallel: tp, pipelineParallel: pp })} is refused by vLLM.`,
        why: refusal,
        source: {
          title: 'vLLM: ParallelConfig and the linear layers',
          reference: 'https://github.com/vllm-project/vllm',
        },
      },
      { facts: ['model'], instead: 'Another number of cards, or pipeline parallelism.' },
    ),
  ]
}

/** What to know about the cards that were chosen: those left to others, unequal ones. */
export function cardReasons(machine: Machine, cards: readonly Gpu[], tp: number): Advice[] {
  const why: Advice[] = []
  const busy = machine.gpus.filter((gpu) => isBusy(gpu) && !cards.includes(gpu))
  if (busy.length > 0) {
    const owners = [
      ...new Set(busy.flatMap((gpu) => gpu.processes?.value ?? []).map(({ owner, name }) => owner ?? name)),
    ]
    why.push(
      makeAdvice(
        'recommend',
        {
          id: 'idle-cards',
          about: 'layout.gpus',
          what: `Use ${cardList(cards)} and leave ${cardList(busy)} alone.`,
          why: `${cardList(busy)} ${busy.length === 1 ? 'is' : 'are'} busy${owners.length > 0 ? ` (${owners.slice(0, 3).join(', ')})` : ''}; memory that another process frees or takes while vLLM measures stops its start.`,
          source: {
            title: 'vLLM: memory profiling',
            reference: 'https://docs.vllm.ai/en/latest/configuration/conserving_memory/',
          },
        },
        { facts: busy.map((gpu) => gpuFact(gpu, machine, 'memoryFreeBytes')) },
      ),
    )
  }
  const sizes = cards.map((gpu) => gpu.memoryTotalBytes.value ?? 0)
  const [smallest, largest] = [Math.min(...sizes), Math.max(...sizes)]
  if (smallest > 0 && largest > smallest * 1.05) {
    why.push(
      makeAdvice(
        'warn',
        {
          id: 'cards-unequal',
          about: 'layout.gpus',
          what: `These cards have ${formatBytes(smallest)} to ${formatBytes(largest)}; the smallest decides.`,
          why:
            tp > 1
              ? 'Tensor parallelism gives every card the same share.'
              : 'The KV cache of the smallest stage limits all others.',
          source: sources.vllmParallel,
        },
        {
          facts: cards.map((gpu) => gpuFact(gpu, machine, 'memoryTotalBytes')),
          instead: 'Leave the smallest card out, or set VLLM_PP_LAYER_PARTITION.',
        },
      ),
    )
  }
  return why
}
