import { ggufBytes, ggufCopyOf } from '../knowledge/gguf.ts'
import type { Machine } from '../machine/schema.ts'
import { withFields } from '../recipe/fields.ts'
import type { Recipe } from '../recipe/schema/recipe.ts'
import type { Advice } from './advice.ts'
import { memoryOf, usableCards } from './layout/cards.ts'
import { makeAdvice } from './make-advice.ts'
import type { KnownModel } from './model-facts.ts'
import { preferredVariant, rankVariants } from './variants.ts'

/** Where no form of a model starts with vLLM as the recipe has it: what is left on this machine. */
export function nothingFits(model: KnownModel, machine: Machine, recipe: Recipe): Advice {
  const ways = [withoutGraphs(model, machine, recipe), asGguf(model, machine), 'a smaller model']
  const text = ways.filter((way) => way !== null).join('; or ')
  return makeAdvice(
    'refuse',
    {
      id: 'no-variant-fits',
      about: 'model.id',
      what: `No known variant of ${model.id} starts on these cards.`,
      why: 'Each needs more memory than they have free, or a kernel that they lack; the rows say which.',
      source: { title: 'rigup: the memory fit' },
    },
    {
      facts: ['gpus', 'model.id'],
      wouldChange: 'more or larger cards, or cards that others leave',
      instead: `${text.charAt(0).toUpperCase()}${text.slice(1)}.`,
    },
  )
}

/** Graphs take up to 1.5 GiB of a card; without them tokens come more slowly. */
function withoutGraphs(model: KnownModel, machine: Machine, recipe: Recipe): string | null {
  if (recipe.engine.compilation === 'none') return null
  const eager = withFields(recipe, { 'engine.compilation': 'none' })
  const best = preferredVariant(rankVariants(model, machine, eager), model)
  if (best === undefined || best.state === 'no' || best.placement === null) return null
  const length = best.placement.maxModelLen.toLocaleString('en')
  return `compilation none (settings of the engine step): ${best.variant.id} then starts with ${length} tokens, more slowly`
}

function asGguf({ id, parameters }: KnownModel, machine: Machine): string | null {
  const memory = machine.memory.availableBytes.value ?? 0
  const cards = usableCards(machine).reduce((sum, gpu) => sum + (memoryOf(gpu, machine)?.freeBytes ?? 0), 0)
  if (ggufCopyOf(id) === null || ggufBytes(parameters) >= 0.8 * (memory + cards)) return null
  return 'Ollama or llama.cpp (the step before), which put a part of it into memory'
}
