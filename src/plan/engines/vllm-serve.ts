import type { Machine } from '../../machine/schema.ts'
import type { Recipe } from '../../recipe/schema/recipe.ts'
import type { PlanContext } from '../context.ts'
import type { Serve } from '../serve.ts'
import { launchBasics } from './serving.ts'
import { vllmEnvironment, vllmFlags } from './vllm-arguments.ts'

/** The parts of a launch that every vLLM route shares; the route gives the command line up to the flags. */
export function vllmServe(
  context: PlanContext,
  purpose: Serve['purpose'],
  argv: readonly string[],
  environment: Record<string, string>,
): Serve {
  const { recipe, proofModel } = context
  return {
    ...launchBasics(context, purpose),
    engine: 'vllm',
    argv: [...argv, ...vllmFlags(recipe, purpose, proofModel)],
    environment: { ...vllmEnvironment(context), ...environment },
    stallSeconds: stallSeconds(context.machine),
  }
}

/** Silence that counts as dead. A weak CPU compiles for minutes without a word. */
function stallSeconds(machine: Machine): number {
  return (machine.cpu.cores.value ?? 4) < 4 ? 900 : 420
}

/** What `vllm serve` is given as its model. */
export function modelArgument(recipe: Recipe): string {
  return recipe.model.file && recipe.model.source === 'local' ? recipe.model.file : recipe.model.id
}
