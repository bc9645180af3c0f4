import * as z from 'zod'
import { observedSchema } from '../log/observed.ts'
import { causeNotInLog, causes } from './cause.ts'

const value = z.union([z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number()]))])

/** What a fix does; typed, so that the launch step can apply it with one key. */
const changeSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('recipe'),
    /** Recipe fields by dotted path (`layout.maxModelLen`, `server.arguments.enforce-eager`) and their new values; null removes the field. */
    set: z.record(z.string(), value.nullable()),
  }),
  z.strictObject({ kind: z.literal('command'), argv: z.array(z.string()).min(1), needsRoot: z.boolean() }),
  /** Nothing that can be applied for the operator. */
  z.strictObject({ kind: z.literal('advice') }),
])
export type Change = z.infer<typeof changeSchema>

export const fixSchema = z.strictObject({
  /** `length 17,840` */
  title: z.string(),
  change: changeSchema,
  /** Why it helps, in one sentence. */
  why: z.string(),
  /** What it costs or endangers; null where nothing. */
  risk: z.string().nullable(),
})
export type Fix = z.infer<typeof fixSchema>

const causeSchema = z.enum([...causes, causeNotInLog])

export const diagnosisSchema = z.strictObject({
  /** Null where nothing failed. */
  cause: causeSchema.nullable(),
  /** Other causes that the log shows, and symptoms of the cause, the most telling first. */
  also: z.array(causeSchema),
  /** certain: the message names it. likely: several signs agree. guess: one weak sign. Null where there is no cause. */
  confidence: z.enum(['certain', 'likely', 'guess']).nullable(),
  /** Lines of the log, by number from 1, the most telling first. */
  evidence: z.array(z.strictObject({ line: z.number().int(), text: z.string() })),
  /** What is wrong and why, for an operator; the first sentence stands by itself. */
  explanation: z.string(),
  /** The recommended one first. */
  fixes: z.array(fixSchema),
  /** Nothing in the log says that something failed. */
  healthy: z.boolean(),
  engine: z.strictObject({ name: z.string().nullable(), version: z.string().nullable() }),
  observed: observedSchema,
})
export type Diagnosis = z.infer<typeof diagnosisSchema>
