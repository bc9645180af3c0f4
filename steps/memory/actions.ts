import type { PlanContext } from '#src/plan/context.ts'
import type { Action } from '#src/plan/plan.ts'

export function memoryActions(_context: PlanContext): Action[] {
  return []
}
