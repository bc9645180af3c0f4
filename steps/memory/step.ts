import type { Advice } from '#src/advice/advice.ts'
import { hostMemory } from '#src/advice/fit/host-memory.ts'
import { guardAdvice, limitsAdvice } from '#src/advice/host-safety/guard.ts'
import { swapAdvice } from '#src/advice/host-safety/swap.ts'
import { usableCards } from '#src/advice/layout/cards.ts'
import { makeAdvice } from '#src/advice/make-advice.ts'
import { formatBytes, GiB } from '#src/core/bytes.ts'
import { exactVersion } from '#src/knowledge/vllm/releases.ts'
import type { Machine } from '#src/machine/schema.ts'
import type { Recipe } from '#src/recipe/schema/recipe.ts'
import { isCpuRoute, isVllmRoute } from '#src/recipe/schema/route.ts'
import type { Choice, Offer, OfferInput, QuestionStep } from '../step.ts'
import { memoryFields } from './fields.ts'

/** What keeps the machine answering while the engine starts and runs. */
export const memoryStep: QuestionStep = {
  id: 'memory',
  question: 'How should the machine be kept safe?',
  fields: memoryFields,
  offer,
}

function offer({ machine, recipe }: OfferInput): Offer {
  const needed = neededMemory(machine, recipe)
  const swap = swapAdvice(machine, needed.high)
  const guard = guardAdvice(machine, needed.high, swap)
  const limits = limitsAdvice(machine, needed.high, swap)
  const advice = [...swap.advice, ...guard.advice, ...limits.advice]
  const isNothing = swap.swap === null && guard.guard === 'none' && limits.limits === null
  const advised: Choice = {
    id: 'advised',
    cells: [titleOf(swap.swap, guard.guard, limits.limits !== null)],
    state: advice.some(({ kind }) => kind === 'refuse') ? 'tight' : 'ok',
    note: '',
    set: { 'memory.swap': swap.swap, 'memory.guard': guard.guard, 'memory.limits': limits.limits },
    advice,
  }
  return { choices: isNothing ? [advised] : [advised, nothing()], recommended: advised.id, advice: needed.reasons }
}

function nothing(): Choice {
  return {
    id: 'nothing',
    cells: ['leave the machine as it is'],
    state: 'tight',
    note: 'at your own risk',
    set: { 'memory.swap': null, 'memory.guard': 'none', 'memory.limits': null },
    advice: [
      makeAdvice('warn', {
        id: 'memory-unguarded',
        about: 'memory',
        what: 'Nothing is changed.',
        why: 'Where memory runs out, the kernel decides what ends, and it may take minutes in which SSH does not answer.',
        source: { title: 'earlyoom(1)', reference: 'https://github.com/rfjakob/earlyoom' },
      }),
    ],
  }
}

function titleOf(swap: { path: string; bytes: number } | null, guard: 'none' | 'earlyoom', hasLimits: boolean): string {
  const parts = [
    swap ? `swap ${formatBytes(swap.bytes)}` : '',
    guard === 'none' ? '' : guard,
    hasLimits ? 'engine limits' : '',
  ]
  return parts.filter(Boolean).join(', ') || 'nothing is needed'
}

type Needed = { high: number; reasons: readonly Advice[] }

/** Anonymous memory of the engine's processes; for engines in one process, what llama.cpp keeps beside the mapped weights. */
function neededMemory(machine: Machine, { engine, layout, server }: Recipe): Needed {
  if (!isVllmRoute(engine.route)) return { high: 2 * GiB, reasons: [] }
  const gpus = isCpuRoute(engine.route) ? 0 : (layout.gpus?.length ?? layout.tensorParallel * layout.pipelineParallel)
  const swapSpace = server.arguments['swap-space']
  const memory = hostMemory({
    gpus: Math.min(gpus, Math.max(1, usableCards(machine).length)) * (gpus > 0 ? 1 : 0),
    vllmVersion: exactVersion(engine.version),
    ...(engine.generation === 'v0' ? { engine: 'V0' as const } : {}),
    ...(typeof swapSpace === 'number' ? { swapSpaceGib: swapSpace } : {}),
    machineBytes: machine.memory.totalBytes.value,
  })
  return { high: memory.high + (layout.cpuKvCacheGib ?? 0) * GiB, reasons: memory.reasons }
}
