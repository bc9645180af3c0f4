import {
  knowsFlag,
  knowsVariable,
  type Lifetime,
  lifetimeOfFlag,
  lifetimeOfQuantization,
  lifetimeOfVariable,
  quantizationMethods,
} from '../../knowledge/vllm/names.ts'
import { exactVersion, newestRelease } from '../../knowledge/vllm/releases.ts'
import { compareVersions, isBefore } from '../../knowledge/vllm/version.ts'
import type { Recipe } from '../../recipe/schema/recipe.ts'
import type { Advice, Source } from '../advice.ts'
import { type InstalledEngine, takesFlag } from '../installed-engine.ts'
import { makeAdvice } from '../make-advice.ts'
import { sources } from '../sources.ts'
import { isVllm } from './recipe-facts.ts'

/** What to use instead of names that are gone. */
const replacements: Readonly<Record<string, string>> = {
  '--swap-space': 'Leave it out: nothing is pinned any more since 0.18.',
  '--num-scheduler-steps': 'Leave it out: it belonged to V0.',
  '--use-v2-block-manager': 'Leave it out: it belonged to V0.',
  '--disable-log-requests': 'Leave it out: requests are not logged unless --enable-log-requests is given.',
  '--log-config-file': 'Use --logging-config.',
  VLLM_ATTENTION_BACKEND: 'Use --attention-backend.',
  VLLM_USE_V1: 'Leave it out: V1 is the only engine since 0.11.',
}

/** Flags, variables and quantization methods that the chosen version does not know; an installed engine is believed before the table. */
export function nameContradictions(recipe: Recipe, installed: InstalledEngine | null = null): Advice[] {
  if (!isVllm(recipe)) return []
  const engine = knowing(recipe, installed)
  return [...flags(recipe, engine), ...variables(recipe, engine), ...method(recipe, engine)]
}

/** A version and whom to ask about it. Null as an answer: nobody can say. */
type Knowing = {
  readonly version: string
  readonly asked: Source
  /** Newer than the table, or whatever is newest by now: a name that the table never had may have come since. */
  readonly beyond: boolean
  flag(name: string): boolean | null
  variable(name: string): boolean | null
  method(name: string): boolean | null
}

function knowing(recipe: Recipe, installed: InstalledEngine | null): Knowing {
  if (installed) {
    return {
      version: installed.version,
      asked: { title: 'the vLLM that is installed here' },
      beyond: false,
      flag: (name) => (installed.flags.size === 0 ? null : takesFlag(installed, name)),
      variable: (name) => (installed.variables.size === 0 ? null : installed.variables.has(name)),
      method: (name) => (installed.methods.size === 0 ? null : installed.methods.has(name)),
    }
  }
  const version = exactVersion(recipe.engine.version)
  return {
    version,
    asked: sources.wheels,
    beyond: recipe.engine.version === 'newest' || compareVersions(version, newestRelease().version) > 0,
    flag: (name) => knowsFlag(version, name),
    variable: (name) => knowsVariable(version, name),
    method: (name) => quantizationMethods(version)?.has(name) ?? null,
  }
}

function flags({ server }: Recipe, engine: Knowing): Advice[] {
  const { version } = engine
  return Object.entries(server.arguments).flatMap(([name, value]) => {
    // `-cc.mode` and `--compilation-config.mode` set one key of a flag.
    const flag = `--${(name.split('.')[0] ?? name).replaceAll('_', '-')}`
    const written = value === false ? `--no-${flag.slice(2)}` : flag
    if (engine.flag(written) !== false) return []
    if (value === false && engine.flag(flag)) {
      return [
        makeAdvice(
          'refuse',
          {
            id: `flag-without-no-${flag.slice(2)}`,
            about: 'server.arguments',
            what: `${flag} cannot be switched off with ${written} in vLLM ${version}.`,
            why: 'That version has no such form of the flag and stops with `unrecognized arguments`.',
            source: engine.asked,
          },
          { facts: ['engine.version'], instead: 'Leave it out.' },
        ),
      ]
    }
    return [
      unknownName(
        'refuse',
        'flag',
        written,
        engine,
        lifetimeOfFlag(written),
        'It stops with `unrecognized arguments`.',
      ),
    ]
  })
}

function variables({ server }: Recipe, engine: Knowing): Advice[] {
  return Object.keys(server.environment).flatMap((name) => {
    if (name === 'NCCL_ASYNC_ERROR_HANDLING') {
      const what = {
        id: 'nccl-async-error-handling',
        about: 'server.environment',
        what: 'NCCL_ASYNC_ERROR_HANDLING does nothing here.',
        why: "It is an old name; vLLM removes it from its workers' environment.",
        source: sources.nccl,
      }
      return [makeAdvice('warn', what, { instead: 'Leave it out: a hanging worker ends by itself since torch 2.2.' })]
    }
    // V0 is judged with the generation.
    if (!name.startsWith('VLLM_') || name === 'VLLM_USE_V1' || engine.variable(name) !== false) return []
    return [unknownName('warn', 'variable', name, engine, lifetimeOfVariable(name), 'It is ignored with a warning.')]
  })
}

function method({ quantization }: Recipe, engine: Knowing): Advice[] {
  const { method: name } = quantization
  if (name === 'checkpoint' || engine.method(name) !== false) return []
  return [
    unknownName(
      'refuse',
      'method',
      name,
      engine,
      lifetimeOfQuantization(name),
      'It stops with `Unknown quantization method`.',
    ),
  ]
}

function unknownName(
  kind: 'refuse' | 'warn',
  what: 'flag' | 'variable' | 'method',
  name: string,
  { version, asked, beyond }: Knowing,
  life: Lifetime | null,
  effect: string,
): Advice {
  const about = { flag: 'server.arguments', variable: 'server.environment', method: 'quantization.method' }[what]
  const history =
    life === null
      ? 'No release that rigup knows has it.'
      : isBefore(version, life.first)
        ? `It came with ${life.first}.`
        : `${life.last ?? life.first} was the last release with it.`
  // What the table never saw may have come after it; the engine itself is asked as soon as it is installed.
  const open = life === null && beyond
  return makeAdvice(
    open ? 'warn' : kind,
    {
      id: `unknown-${what}-${name.replace(/^-+/, '').toLowerCase().replaceAll('_', '-')}`,
      about,
      what: `vLLM ${version} does not know ${name}.`,
      why: open
        ? `${history} A newer one may; the installed engine is asked before it starts.`
        : `${history} ${effect}`,
      source: asked,
    },
    {
      facts: ['engine.version'],
      sure: open ? 'likely' : 'certain',
      instead:
        replacements[name] ??
        (life === null ? 'Check the spelling, or leave it out.' : 'Leave it out, or pin a version that has it.'),
    },
  )
}
