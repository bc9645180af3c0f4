import type { PlanContext } from '../plan/context.ts'
import type { Plan } from '../plan/plan.ts'

/** All that an export is written from; the same input gives the same bytes. */
export type ExportInput = {
  readonly context: PlanContext
  readonly plan: Plan
  /** Base64 of a gzipped tar of each file or folder that the plan copies from rigup's own, by its path. */
  readonly archives: ReadonlyMap<string, string>
}

/** Something that a recipe can be written as. One file each. */
export type ExportTarget = {
  /** The name of the file that it stands in, for a recipe of that name. */
  file(name: string): string
  /** @throws Problem where this recipe cannot be written so, with what can be done instead. */
  write(input: ExportInput): string
}
