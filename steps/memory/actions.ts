import { earlyoomActions } from '#src/plan/actions/earlyoom.ts'
import { lingerActions } from '#src/plan/actions/engine-limits.ts'
import { swapFileActions } from '#src/plan/actions/swap-file.ts'
import type { PlanContext } from '#src/plan/context.ts'
import type { Action } from '#src/plan/plan.ts'

/** Swap and guard come before everything else, so that the machine survives what follows. */
export function memoryActions({ recipe, machine }: PlanContext): Action[] {
  const { swap, guard, limits } = recipe.memory
  return [
    ...(swap ? swapFileActions(swap, machine) : []),
    ...(guard === 'earlyoom' ? earlyoomActions(machine, recipe) : []),
    ...lingerActions(limits, machine),
  ]
}
