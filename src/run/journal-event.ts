import * as z from 'zod'
import { launchEventSchema } from './launch-event.ts'

const at = z.string()
const actionId = z.string()

/**
 * One line of a journal (JSON lines, appended and synced). What is not in the journal has not happened. Fields that a newer rigup adds are
 * passed over: what it did must be seen.
 */
export const journalEventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('run-started'),
    at,
    pid: z.number().int(),
    recipe: z.string(),
    asRoot: z.boolean(),
  }),
  z.object({ type: z.literal('action-started'), at, action: actionId, log: z.string() }),
  /** Found done already: nothing was changed, so undo leaves it alone. */
  z.object({ type: z.literal('action-found-done'), at, action: actionId }),
  z.object({
    type: z.literal('action-progress'),
    at,
    action: actionId,
    /** One line: what it is doing. */
    text: z.string(),
    doneBytes: z.number().optional(),
    totalBytes: z.number().optional(),
  }),
  z.object({ type: z.literal('action-done'), at, action: actionId, seconds: z.number() }),
  z.object({
    type: z.literal('action-failed'),
    at,
    action: actionId,
    seconds: z.number(),
    what: z.string(),
    why: z.string().optional(),
    next: z.string().optional(),
    exit: z.string(),
  }),
  z.object({ type: z.literal('action-skipped'), at, action: actionId, why: z.string() }),
  /** From here on the run is taken back, from the last action to the first. */
  z.object({ type: z.literal('undo-started'), at, pid: z.number().int(), asRoot: z.boolean() }),
  z.object({ type: z.literal('action-undone'), at, action: actionId }),
  z.object({
    type: z.literal('undo-failed'),
    at,
    action: actionId,
    what: z.string(),
    why: z.string().optional(),
    next: z.string().optional(),
  }),
  /** The user's systemd outlives the last session (`loginctl enable-linger`), because this run needs it. */
  z.object({ type: z.literal('linger-enabled'), at, user: z.string() }),
  z.object({ type: z.literal('linger-disabled'), at, user: z.string() }),
  z.object({ type: z.literal('launch'), at, action: actionId, event: launchEventSchema }),
  z.object({ type: z.literal('run-finished'), at, outcome: z.enum(['done', 'failed', 'stopped', 'undone']) }),
])
export type JournalEvent = z.infer<typeof journalEventSchema>
/** An event before the journal stamps it. */
export type UnstampedEvent = JournalEvent extends infer E ? (E extends { at: string } ? Omit<E, 'at'> : never) : never
