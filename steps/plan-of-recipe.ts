import { formatGiB } from '#src/core/bytes.ts'
import type { PlanContext } from '#src/plan/context.ts'
import { inOrder } from '#src/plan/order.ts'
import { type Action, type Plan, planSchema } from '#src/plan/plan.ts'
import { installActions } from './install/actions.ts'
import { launchActions } from './launch/actions.ts'
import { memoryActions } from './memory/actions.ts'

/** The plan for a recipe on a machine: safety first, then the engine, then the proof. Pure. */
export function planOf(context: PlanContext): Plan {
  const safety = memoryActions(context)
  const install = installActions(context)
  const installed = [...safety, ...install].filter((action) => !action.optional).map(({ id }) => id)
  const actions: Action[] = [...safety, ...install, ...launchActions(context, installed)]
  return planSchema.parse({
    schemaVersion: 1,
    recipe: context.recipe.name,
    actions: inOrder(actions),
    untouched: untouched(context),
  })
}

function untouched({ recipe, machine }: PlanContext): string[] {
  const lines = ['Your shell start-up files, PATH, system Python and GPU driver stay as they are.']
  if (machine.tools.some((tool) => tool.name === 'conda')) lines.push('conda and its environments stay as they are.')
  const swap = machine.swap.totalBytes.value
  if (swap) lines.push(`The swap that is there (${formatGiB(swap)}) stays.`)
  if (recipe.server.host === '127.0.0.1')
    lines.push('Nothing is opened to the network: the engine listens on this machine only.')
  return lines
}
