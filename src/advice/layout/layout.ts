import { memoryBandwidth } from '../../knowledge/memory-bandwidth.ts'
import type { Gpu, Machine } from '../../machine/schema.ts'
import type { Advice } from '../advice.ts'
import { usableCards } from './cards.ts'
import { communication, visibleCards } from './environment.ts'
import { type LayoutModel, type LayoutRequest, type LayoutTimes, layoutTimes } from './layout-time.ts'
import { type Link, slowestLink } from './link.ts'
import { cardReasons, comparison, layoutReason } from './reasons.ts'
import { invalidity } from './validity.ts'

/** One way to lay a model over cards. */
export type LayoutAdvice = LayoutTimes & {
  readonly tensorParallel: number
  readonly pipelineParallel: number
  /** Indexes in PCI order. */
  readonly gpus: readonly number[]
  readonly link: Link
  /** False where vLLM refuses it; `why` then begins with the refusal. */
  readonly valid: boolean
  /** CUDA_VISIBLE_DEVICES and NCCL's variables, each with a reason in `why`. */
  readonly environment: Readonly<Record<string, string>>
  readonly why: readonly Advice[]
}

type LayoutQuestion = {
  readonly machine: Machine
  readonly model: LayoutModel
  /** True where no graphs are captured: then the CPU launches every layer of every worker. */
  readonly eager?: boolean | undefined
}

/** A few users with long prompts: what serving is for, and what the links feel most. */
const usualRequest: LayoutRequest = { promptTokens: 4096, answerTokens: 256, users: 4 }

/**
 * The layouts of a model over the cards of a machine: those on the most cards first, of these the fastest for the request; the
 * ones that vLLM refuses come last. Seconds are estimates from link widths, memory bandwidth and core count.
 */
export function layoutsFor(question: LayoutQuestion): LayoutAdvice[] {
  const cards = usableCards(question.machine)
  if (cards.length === 0) return []
  return countsUpTo(cards.length).flatMap((count) => {
    const chosen = cards.slice(0, count)
    const made = cuts(count).map(([tp, pp]) => layout(question, chosen, tp, pp))
    const sorted = made.sort((a, b) => Number(b.valid) - Number(a.valid) || a.requestSeconds - b.requestSeconds)
    return withComparison(sorted)
  })
}

/** All cards, then the powers of two below. */
function countsUpTo(most: number): number[] {
  const counts = [most]
  for (let count = 2 ** Math.floor(Math.log2(most)); count >= 1; count /= 2) if (count < most) counts.push(count)
  return counts
}

function cuts(count: number): [number, number][] {
  return Array.from({ length: count }, (_, index) => index + 1)
    .filter((tp) => count % tp === 0)
    .map((tp) => [tp, count / tp])
}

function layout(question: LayoutQuestion, cards: readonly Gpu[], tp: number, pp: number): LayoutAdvice {
  const { machine, model, eager = false } = question
  const link = slowestLink(machine, cards)
  const bandwidths = cards.map((gpu) => memoryBandwidth(gpu.name.value) ?? 400e9)
  const host = {
    link,
    memoryBytesPerSecond: Math.min(...bandwidths),
    cores: machine.cpu.cores.value ?? tp,
    eager,
  }
  const refusal = invalidity(model, tp, pp)
  const visible = visibleCards(machine, cards)
  const talk = communication(machine, cards)
  return {
    tensorParallel: tp,
    pipelineParallel: pp,
    gpus: cards.map((gpu) => gpu.index),
    link,
    valid: refusal === null,
    ...layoutTimes(model, tp, pp, host, usualRequest),
    environment: { ...visible.environment, ...talk.environment },
    why: [...layoutReason(tp, pp, refusal), ...cardReasons(machine, cards, tp), ...visible.why, ...talk.why],
  }
}

/** Puts the comparison with the others in front of each one's reasons. */
function withComparison(layouts: readonly LayoutAdvice[]): LayoutAdvice[] {
  return layouts.map((each) => {
    if (!each.valid) return each
    const others = layouts.filter((other) => other !== each)
    return { ...each, why: [...comparison(each, others), ...each.why] }
  })
}
