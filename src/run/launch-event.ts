import * as z from 'zod'
import { processIdentitySchema } from './process-identity.ts'

/** What a launch tells while it goes on; the engine's own words are in its log file. */
export const launchEventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('spawned'),
    pid: z.number().int(),
    /** Tells the engine apart from a later process with its number. */
    identity: processIdentitySchema.optional(),
    log: z.string(),
    host: z.string(),
    port: z.number().int(),
    purpose: z.enum(['proof', 'model']),
    model: z.string(),
  }),
  /** A phase of the start began: see src/log for the names. */
  z.object({ type: z.literal('phase'), phase: z.string(), text: z.string() }),
  /** The API answers and lists the model. */
  z.object({
    type: z.literal('ready'),
    seconds: z.number(),
    models: z.array(z.string()),
    maxModelLen: z.number().optional(),
  }),
  /** A piece of the answer, as it comes. */
  z.object({ type: z.literal('generating'), prompt: z.string(), text: z.string() }),
  z.object({
    type: z.literal('generated'),
    prompt: z.string(),
    text: z.string(),
    /** Null where any sensible text counts. */
    expected: z.string().nullable(),
    matches: z.boolean(),
    firstTokenMilliseconds: z.number(),
    tokensPerSecond: z.number(),
    completionTokens: z.number().int(),
  }),
  z.object({ type: z.literal('stopped'), seconds: z.number() }),
  /** Left running on purpose. */
  z.object({ type: z.literal('kept'), pid: z.number().int() }),
  z.object({ type: z.literal('exited'), code: z.number().nullable(), signal: z.string().nullable() }),
])
export type LaunchEvent = z.infer<typeof launchEventSchema>
