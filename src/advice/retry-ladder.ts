import { knowsFlag } from '../knowledge/vllm/names.ts'
import { exactVersion } from '../knowledge/vllm/releases.ts'
import { isBefore } from '../knowledge/vllm/version.ts'
import type { Machine } from '../machine/schema.ts'
import type { Recipe } from '../recipe/schema/recipe.ts'
import type { Advice } from './advice.ts'
import { cardsOf } from './contradictions/recipe-facts.ts'
import { v0GoneSince } from './engine-options.ts'
import { defaultUtilization } from './fit/rules.ts'
import { cardsByIdleness, isBusy } from './layout/cards.ts'
import { cardList, gpuFact } from './machine-facts.ts'
import { makeAdvice } from './make-advice.ts'

/** One rung: what to change in the recipe before the next try. */
type Rung = {
  readonly id: 'other-card' | 'same-again' | 'lower-utilization' | 'eager' | 'no-prefix-caching' | 'v0'
  readonly title: string
  /** Recipe fields to set; empty: the same once more. */
  readonly set: Readonly<Record<string, unknown>>
  readonly advice: Advice
}

/** Each lower try takes a tenth less: 0.75 becomes 0.675. */
const step = 0.9
const source = {
  title: 'vLLM: `Error in memory profiling`, other processes on the card',
  reference: 'https://docs.vllm.ai/en/latest/configuration/conserving_memory/',
}

/**
 * What to try on a shared machine when a start fails because others free or take memory meanwhile, gentlest first: another card,
 * the same once more, a lower utilization, eager mode, no prefix caching, and V0 only where the version has it.
 */
export function retryLadder(recipe: Recipe, machine: Machine): Rung[] {
  const version = exactVersion(recipe.engine.version)
  const { arguments: flags, environment } = recipe.server
  const rungs: (Rung | null)[] = [
    otherCard(recipe, machine),
    rung(
      'same-again',
      'the same once more',
      {},
      'The other process has finished what disturbed the measuring.',
      'likely',
    ),
    lowerUtilization(recipe, version),
    recipe.engine.compilation === 'none'
      ? null
      : rung(
          'eager',
          'without compilation and graphs',
          { 'engine.compilation': 'none' },
          'Graphs and compilation take memory and time in which others interfere.',
          'likely',
        ),
    flags['enable-prefix-caching'] === false || knowsFlag(version, '--no-enable-prefix-caching') === false
      ? null
      : rung(
          'no-prefix-caching',
          'without prefix caching',
          { 'server.arguments.enable-prefix-caching': false },
          'It keeps finished requests in the cache; without it the cache frees at once.',
          'guess',
        ),
    isBefore(version, v0GoneSince) && recipe.engine.generation !== 'v0' && environment.VLLM_USE_V1 !== '0'
      ? rung(
          'v0',
          'with the V0 engine',
          { 'engine.generation': 'v0' },
          `vLLM ${version} still has V0, which measures differently.`,
          'guess',
        )
      : null,
  ]
  return rungs.filter((one) => one !== null)
}

function otherCard(recipe: Recipe, machine: Machine): Rung | null {
  const count = recipe.layout.tensorParallel * recipe.layout.pipelineParallel
  const used =
    recipe.layout.gpus ??
    cardsOf(recipe, machine)
      .slice(0, count)
      .map((gpu) => gpu.index)
  const others = cardsByIdleness(machine).filter((gpu) => !used.includes(gpu.index))
  const chosen = others.slice(0, count).toSorted((a, b) => a.index - b.index)
  if (chosen.length < count) return null
  const gpus = chosen.map((gpu) => gpu.index)
  const state = chosen.every((gpu) => !isBusy(gpu)) ? 'idle' : 'the least busy of the others'
  const base = rung(
    'other-card',
    `on ${cardList(chosen)}`,
    { 'layout.gpus': gpus },
    `${cardList(chosen)} ${chosen.length === 1 ? 'is' : 'are'} ${state}.`,
    'likely',
  )
  return { ...base, advice: { ...base.advice, facts: chosen.map((gpu) => gpuFact(gpu, machine, 'memoryFreeBytes')) } }
}

function lowerUtilization({ layout }: Recipe, version: string): Rung | null {
  const from = layout.utilization ?? defaultUtilization(version)
  const to = Math.round(from * step * 1000) / 1000
  if (to < 0.1) return null
  return rung(
    'lower-utilization',
    `utilization ${to}`,
    { 'layout.utilization': to },
    `A tenth less than ${from} leaves room for what others take.`,
    'likely',
  )
}

function rung(id: Rung['id'], title: string, set: Rung['set'], why: string, sure: Advice['sure']): Rung {
  const about = Object.keys(set)[0] ?? 'server'
  const what = `Try ${title}.`
  return { id, title, set, advice: makeAdvice('recommend', { id: `retry-${id}`, about, what, why, source }, { sure }) }
}
