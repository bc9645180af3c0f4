import { formatGiB, GiB } from '../../core/bytes.ts'
import { earlyoomArguments } from '../../knowledge/earlyoom.ts'
import { toolOf } from '../../machine/find.ts'
import type { Machine } from '../../machine/schema.ts'
import type { Advice } from '../advice.ts'
import { canBecomeRoot, hasUnifiedMemory, isImmutable } from '../machine-facts.ts'
import { makeAdvice } from '../make-advice.ts'
import { sources } from '../sources.ts'
import type { SwapAdvice } from './swap.ts'

type GuardAdvice = {
  readonly guard: 'none' | 'earlyoom'
  /** Arguments of earlyoom; empty without a guard. */
  readonly arguments: readonly string[]
  readonly advice: readonly Advice[]
}

/** Whether a guard should end the engine before the machine stops answering, and with which limits. */
export function guardAdvice(machine: Machine, neededBytes: number, swap: SwapAdvice): GuardAdvice {
  const available = machine.memory.availableBytes.value ?? machine.memory.totalBytes.value ?? 0
  const swapBytes = (machine.swap.totalBytes.value ?? 0) + (swap.swap?.bytes ?? 0)
  const tight = neededBytes > 0.6 * available
  const unified = hasUnifiedMemory(machine)
  if (!tight && !unified) {
    const why = `The engine's processes need ${formatGiB(neededBytes)}, and ${formatGiB(available)} is free.`
    return none('note', 'guard-not-needed', 'No guard is needed.', why)
  }
  if (machine.os.container.value) {
    return none(
      'note',
      'guard-in-container',
      'No guard inside a container.',
      'The host decides here which process ends when memory runs out.',
    )
  }
  if (isImmutable(machine))
    return none(
      'note',
      'guard-by-module',
      'The guard is part of the exported module (services.earlyoom).',
      'This system makes /etc from its own configuration.',
    )
  if (canBecomeRoot(machine) === false && !toolOf(machine, 'earlyoom'))
    return none(
      'warn',
      'guard-needs-root',
      'A guard would need root rights.',
      'earlyoom is a system service, and this account cannot become root.',
    )

  const args = earlyoomArguments({ memoryBytes: machine.memory.totalBytes.value, swapBytes, unifiedMemory: unified })
  const limit = args[args.indexOf('-s') + 1]?.split(',')[0]
  const advice = [
    makeAdvice(
      'recommend',
      {
        id: 'guard-earlyoom',
        about: 'memory.guard',
        what: 'earlyoom ends the engine before the machine stops answering.',
        why: unified
          ? 'CPU and GPU share one memory here: when it runs out, the whole machine stalls, SSH with it.'
          : `The engine needs ${formatGiB(neededBytes)} of ${formatGiB(available)}; without a guard the kernel acts only after minutes of thrashing.`,
        source: sources.earlyoom,
      },
      { facts: ['memory.availableBytes', 'swap.totalBytes'], sure: 'likely' },
    ),
    makeAdvice(
      'note',
      {
        id: 'guard-acts',
        about: 'memory.guard',
        what:
          limit === '100'
            ? 'It looks at memory alone, not at swap.'
            : `It acts when less than 5 % of RAM is available and less than ${limit} % of swap is free.`,
        why: 'earlyoom acts only when both are below their limits; with a large swap file and the default of 10 % it would never act.',
        source: sources.earlyoom,
      },
      { facts: ['swap.totalBytes'] },
    ),
    makeAdvice('note', {
      id: 'guard-protects-ssh',
      about: 'memory.guard',
      what: 'It never ends sshd, ssh, bash or systemd, and prefers vLLM and Python.',
      why: 'The way into the machine must outlive the engine.',
      source: sources.earlyoom,
    }),
  ]
  return { guard: 'earlyoom', arguments: args, advice }
}

function none(kind: Advice['kind'], id: string, what: string, why: string): GuardAdvice {
  const advice = makeAdvice(
    kind,
    { id, about: 'memory.guard', what, why, source: sources.earlyoom },
    { facts: ['memory.availableBytes'] },
  )
  return { guard: 'none', arguments: [], advice: [advice] }
}

type LimitsAdvice = {
  readonly limits: { memoryBytes: number; swapBytes: number; oomScoreAdjust: number } | null
  readonly advice: readonly Advice[]
}

/** Left to everything but the engine: a tenth of RAM, at least 1 GiB and at most 16 GiB. */
function leftToSystem(total: number): number {
  return Math.min(16 * GiB, Math.max(GiB, 0.1 * total))
}

/**
 * Limits of the engine's unit, in bytes: systemd takes a percentage of MemorySwapMax from physical memory, not from swap. The
 * kernel's score makes the engine the first to end, with its whole tree.
 */
export function limitsAdvice(machine: Machine, neededBytes: number, swap: SwapAdvice): LimitsAdvice {
  const total = machine.memory.totalBytes.value
  const source = sources.systemd
  const about = 'memory.limits'
  if (machine.os.init.value !== null && machine.os.init.value !== 'systemd') {
    const what = 'No limits: they need systemd.'
    const why = `This machine starts with ${machine.os.init.value}.`
    return {
      limits: null,
      advice: [makeAdvice('note', { id: 'limits-need-systemd', about, what, why, source }, { facts: ['os.init'] })],
    }
  }
  if (total === null) return { limits: null, advice: [] }
  const swapTotal = (machine.swap.totalBytes.value ?? 0) + (swap.swap?.bytes ?? 0)
  const limits = {
    memoryBytes: Math.floor(total - leftToSystem(total)),
    swapBytes: Math.floor(0.9 * swapTotal),
    oomScoreAdjust: 1000,
  }
  const advice = [
    makeAdvice(
      'recommend',
      {
        id: 'limits-in-bytes',
        about,
        what: `The engine may take ${formatGiB(limits.memoryBytes)} of RAM and ${limits.swapBytes === 0 ? 'no swap' : `${formatGiB(limits.swapBytes)} of swap`}, and is the first to end.`,
        why: 'Written in bytes, because systemd takes 90 % of swap as 90 % of RAM; page cache counts too but is given back.',
        source,
      },
      { facts: ['memory.totalBytes', 'swap.totalBytes'] },
    ),
    makeAdvice('note', {
      id: 'limits-end-as-a-whole',
      about,
      what: 'Where memory runs out, all processes of the engine end together.',
      why: 'A worker that stays behind would keep its card; and without a score of its own the kernel may end sshd first.',
      source,
    }),
  ]
  if (limits.memoryBytes + limits.swapBytes < neededBytes) {
    advice.push(
      makeAdvice(
        'warn',
        {
          id: 'limits-below-need',
          about,
          what: `The engine may need ${formatGiB(neededBytes)}, more than these limits give it.`,
          why: 'It would be ended while it starts.',
          source,
        },
        { instead: 'More swap, or fewer cards.' },
      ),
    )
  }
  if (hasUnifiedMemory(machine)) {
    advice.push(
      makeAdvice(
        'warn',
        {
          id: 'limits-blind-on-unified-memory',
          about,
          what: 'These limits do not see what CUDA takes on this machine.',
          why: 'CPU and GPU share one memory, and allocations of the GPU are not charged to a cgroup: 12 GiB were taken inside a limit of 8 GiB.',
          source: {
            title: 'Public report on unified memory and cgroups',
            reference: 'https://github.com/vllm-project/vllm/issues/56824',
          },
        },
        {
          facts: ['gpus[0].unifiedMemory'],
          instead: 'Refuse before the start what does not fit, and keep the utilization low.',
        },
      ),
    )
  }
  return { limits, advice }
}
