import { lifetimeOfArchitecture, supportsArchitecture } from '../knowledge/vllm/names.ts'
import type { Advice } from './advice.ts'
import { makeAdvice } from './make-advice.ts'
import { sources } from './sources.ts'

/**
 * What speaks against a model whose code this vLLM does not have; null where it has it, or the model does not say what it is. Of a model
 * that no table knows, a newer release may; of one that came later or was dropped, the release that has it is named.
 */
export function architectureMissing(architectures: readonly string[], version: string): Advice | null {
  if (architectures.length === 0 || architectures.some((name) => supportsArchitecture(version, name) !== false))
    return null
  const life = architectures.map(lifetimeOfArchitecture).find((found) => found !== null) ?? null
  const problem = {
    id: 'architecture-not-in-version',
    about: 'engine.version',
    what: `vLLM ${version} does not know this kind of model (${architectures.join(', ')}).`,
    source: sources.wheels,
  }
  const facts = ['model', 'engine.version']
  if (life === null) {
    return makeAdvice(
      'warn',
      { ...problem, why: 'No release that rigup knows has it; a newer one may.' },
      { facts, sure: 'likely', instead: '--model-impl transformers may run it; or a newer vLLM, or another model.' },
    )
  }
  return life.last === null
    ? makeAdvice(
        'refuse',
        { ...problem, why: `It came with ${life.first}.` },
        { facts, instead: `vLLM ${life.first} or newer.` },
      )
    : makeAdvice(
        'refuse',
        { ...problem, why: `${life.last} was the last release with it.` },
        { facts, instead: `vLLM ${life.last}.` },
      )
}
