import {
  knowsFlag,
  knowsVariable,
  type Lifetime,
  lifetimeOfFlag,
  lifetimeOfQuantization,
  lifetimeOfVariable,
  quantizationMethods,
} from '../../knowledge/vllm/names.ts'
import { isBefore } from '../../knowledge/vllm/version.ts'
import type { Recipe } from '../../recipe/schema/recipe.ts'
import type { Advice } from '../advice.ts'
import { makeAdvice } from '../make-advice.ts'
import { sources } from '../sources.ts'
import { isVllm, versionOf } from './recipe-facts.ts'

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

/** Flags, variables and quantization methods that the chosen version does not know. */
export function nameContradictions(recipe: Recipe): Advice[] {
  if (!isVllm(recipe)) return []
  const version = versionOf(recipe)
  return [...flags(recipe, version), ...variables(recipe, version), ...method(recipe, version)]
}

function flags({ server }: Recipe, version: string): Advice[] {
  return Object.entries(server.arguments).flatMap(([name, value]) => {
    // `-cc.mode` and `--compilation-config.mode` set one key of a flag.
    const flag = `--${(name.split('.')[0] ?? name).replaceAll('_', '-')}`
    const written = value === false ? `--no-${flag.slice(2)}` : flag
    if (knowsFlag(version, written) !== false) return []
    if (value === false && knowsFlag(version, flag)) {
      return [
        makeAdvice(
          'refuse',
          {
            id: `flag-without-no-${flag.slice(2)}`,
            about: 'server.arguments',
            what: `${flag} cannot be switched off with ${written} in vLLM ${version}.`,
            why: 'That version has no such form of the flag and stops with `unrecognized arguments`.',
            source: sources.wheels,
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
        version,
        lifetimeOfFlag(written),
        'It stops with `unrecognized arguments`.',
      ),
    ]
  })
}

function variables({ server }: Recipe, version: string): Advice[] {
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
    if (!name.startsWith('VLLM_') || name === 'VLLM_USE_V1' || knowsVariable(version, name) !== false) return []
    return [unknownName('warn', 'variable', name, version, lifetimeOfVariable(name), 'It is ignored with a warning.')]
  })
}

function method({ quantization }: Recipe, version: string): Advice[] {
  const { method: name } = quantization
  if (name === 'checkpoint' || quantizationMethods(version)?.has(name) !== false) return []
  return [
    unknownName(
      'refuse',
      'method',
      name,
      version,
      lifetimeOfQuantization(name),
      'It stops with `Unknown quantization method`.',
    ),
  ]
}

function unknownName(
  kind: 'refuse' | 'warn',
  what: 'flag' | 'variable' | 'method',
  name: string,
  version: string,
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
  return makeAdvice(
    kind,
    {
      id: `unknown-${what}-${name.replace(/^-+/, '').toLowerCase().replaceAll('_', '-')}`,
      about,
      what: `vLLM ${version} does not know ${name}.`,
      why: `${history} ${effect}`,
      source: sources.wheels,
    },
    {
      facts: ['engine.version'],
      instead:
        replacements[name] ??
        (life === null ? 'Check the spelling, or leave it out.' : 'Leave it out, or pin a version that has it.'),
    },
  )
}
