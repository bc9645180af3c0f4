import * as z from 'zod'
import type { Action } from '../plan/plan.ts'
import { launchEventSchema } from './launch-event.ts'

/** A problem as data: what an action process tells about its failure. */
const failureSchema = z.strictObject({
  what: z.string(),
  why: z.string().optional(),
  next: z.string().optional(),
  exit: z.string(),
})
export type Failure = z.infer<typeof failureSchema>

/** What carrying one action out tells, in order; the last is found-done, done, stopped or failed. */
export const actionMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('found-done') }),
  /** From here on the machine is changed. */
  z.strictObject({ type: z.literal('started') }),
  z.strictObject({
    type: z.literal('progress'),
    text: z.string(),
    doneBytes: z.number().optional(),
    totalBytes: z.number().optional(),
  }),
  z.strictObject({ type: z.literal('launch'), event: launchEventSchema }),
  z.strictObject({ type: z.literal('done') }),
  z.strictObject({ type: z.literal('stopped') }),
  z.strictObject({ type: z.literal('failed'), failure: failureSchema }),
])
export type ActionMessage = z.infer<typeof actionMessageSchema>

/**
 * What is to be done with an action. do: as planned. again: it was done before, so do it only where its checks no longer
 * hold. undo: take it back. undo-partly: it never came to its end, so what is not there need not be taken back.
 */
export const intents = ['do', 'again', 'undo', 'undo-partly'] as const
export type Intent = (typeof intents)[number]

/** Carries one action out and tells how it goes. Rejects only with defects. */
export type Performer = (
  action: Action,
  intent: Intent,
  tell: (message: ActionMessage) => void,
  signal: AbortSignal,
) => Promise<void>
