import type { Machine } from '../machine/schema.ts'
import type { Advice } from './advice.ts'
import { cardBuildsOnCpu } from './engine-routes/llama-cpp.ts'
import { ollamaRoute } from './engine-routes/ollama.ts'
import { vllmCpu } from './engine-routes/vllm-cpu.ts'
import { cudaWheel } from './engine-routes/vllm-cuda.ts'
import { listed } from './machine-facts.ts'

/** Whether a build of an engine runs on the processor of a machine. */
export type CpuVerdict = {
  /** `vLLM for the CPU` */
  readonly build: string
  readonly state: 'runs' | 'limited' | 'no' | 'unknown'
  /** Why, in a few words; empty where it simply runs. */
  readonly reason: string
}

/**
 * What this processor means for each build that needs something of one: taken from the routes, which know the rules. Other
 * reasons for or against a route (glibc, drivers, memory) are left out here.
 */
export function cpuVerdicts(machine: Machine): CpuVerdict[] {
  const { architecture, flags } = machine.cpu
  if (architecture.value === null) {
    return [{ build: 'every engine', state: 'unknown', reason: 'the architecture of the processor is not known' }]
  }
  const isUnread = architecture.value === 'x86_64' && flags.value === null
  const needsInstructions = (build: string, verdict: CpuVerdict): CpuVerdict =>
    isUnread ? { build, state: 'unknown', reason: 'the instructions of the processor are not known' } : verdict
  const cards = cardBuildsOnCpu(machine)
  const isUsual = ['x86_64', 'aarch64'].includes(architecture.value)
  return [
    needsInstructions('vLLM for the CPU', fromReasons('vLLM for the CPU', vllmCpu(machine, {}).why)),
    fromReasons('vLLM for NVIDIA cards', cudaWheel(machine, {}).why),
    needsInstructions('llama.cpp for cards', {
      build: 'llama.cpp for cards',
      state: !isUsual ? 'unknown' : cards === null ? 'runs' : 'no',
      reason: !isUsual ? `its builds for cards are not made for ${architecture.value}` : (cards ?? ''),
    }),
    fromReasons('Ollama', ollamaRoute(machine).why),
  ]
}

function fromReasons(build: string, why: readonly Advice[]): CpuVerdict {
  const ofCpu = why.filter(({ facts, id }) => facts.includes('cpu.flags') || id === 'architecture-not-built')
  const refusal = ofCpu.find(({ kind }) => kind === 'refuse')
  const warning = ofCpu.find(({ kind }) => kind === 'warn')
  if (refusal) return { build, state: 'no', reason: refusal.why }
  return warning ? { build, state: 'limited', reason: warning.why } : { build, state: 'runs', reason: '' }
}

/** A line each for the builds that do not simply run, and one for those that do. */
export function cpuVerdictLines(verdicts: readonly CpuVerdict[]): string[] {
  const words = { limited: 'runs with limits', no: 'does not run', unknown: 'is not known to run' } as const
  const others = verdicts.flatMap(({ build, state, reason }) =>
    state === 'runs' ? [] : [`${build} ${words[state]}: ${reason}`],
  )
  const running = verdicts.filter(({ state }) => state === 'runs').map(({ build }) => build)
  if (others.length === 0) return ['every engine build runs on it']
  return running.length === 0 ? others : [...others, `${listed(running)} ${running.length === 1 ? 'runs' : 'run'}`]
}

/** Builds where there is little room: CUDA and GPU where the long name says cards. */
function shortName(build: string): string {
  return build
    .replace(/ for (the )?/, ' ')
    .replace('NVIDIA cards', 'CUDA')
    .replace('cards', 'GPU')
}

/** All verdicts in one line, without their reasons: for a screen with little room. */
export function cpuVerdictLine(verdicts: readonly CpuVerdict[]): string {
  const signs = { no: 'not', limited: 'limited', unknown: 'unknown', runs: 'runs' } as const
  if (verdicts.every(({ state }) => state === 'runs')) return 'every engine build runs on it'
  return (['no', 'limited', 'unknown', 'runs'] as const)
    .flatMap((state) => {
      const builds = verdicts.filter((verdict) => verdict.state === state).map(({ build }) => shortName(build))
      return builds.length === 0 ? [] : [`${signs[state]}: ${builds.join(', ')}`]
    })
    .join('   ')
}
