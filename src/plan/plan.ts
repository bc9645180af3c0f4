import * as z from 'zod'
import { checkSchema, operationSchema } from './operation.ts'

/** One step of a plan: what, why, how, and how to take it back. */
const actionSchema = z.strictObject({
  /** kebab-case, unique in the plan, stable over runs. */
  id: z.string(),
  /** `swap file 64 GiB on /` */
  title: z.string(),
  /** Why it is done, in one sentence. */
  reason: z.string(),
  needsRoot: z.boolean(),
  /** Actions that must be done before. */
  needs: z.array(z.string()),
  /** Already done where all are true (and there is at least one). */
  check: z.array(checkSchema),
  operations: z.array(operationSchema),
  /** Done where an operation fails, so that no half of it is left. */
  cleanUp: z.array(operationSchema).optional(),
  /** Done properly where all are true. */
  verify: z.array(checkSchema),
  /** Takes it back; empty where there is nothing to take back. */
  undo: z.array(operationSchema),
  /** A failure of this action does not stop the others that do not need it. */
  optional: z.boolean(),
  /** May run beside another action: it only writes to a place of its own (a download). The others run one after the other. */
  beside: z.boolean().optional(),
  /** Bytes to download and bytes on disk afterwards, where known. */
  downloadBytes: z.number().optional(),
  diskBytes: z.number().optional(),
})
export type Action = z.infer<typeof actionSchema>

export const planSchema = z.strictObject({
  schemaVersion: z.literal(1),
  recipe: z.string(),
  /** In an order in which every action comes after those it needs. */
  actions: z.array(actionSchema),
  /** What this plan leaves alone and an operator may fear for, in sentences. */
  untouched: z.array(z.string()),
})
export type Plan = z.infer<typeof planSchema>

/** An action with the usual defaults filled in. */
export function action(
  required: Pick<Action, 'id' | 'title' | 'reason' | 'operations'>,
  rest: Partial<Action> = {},
): Action {
  return { needsRoot: false, needs: [], check: [], verify: [], undo: [], optional: false, ...required, ...rest }
}
