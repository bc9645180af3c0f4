import * as z from 'zod'
import { engineNames } from '../knowledge/engines.ts'

/** The phases of a start, in the order in which they come; an engine may leave some out. */
const phases = [
  'starting',
  'config',
  'distributed',
  'downloading',
  'loading',
  'compiling',
  'profiling',
  'kv-cache',
  'warmup',
  'graphs',
  'api',
  'ready',
  'stopped',
  'failed',
] as const
const phaseSchema = z.enum(phases)
export type Phase = z.infer<typeof phaseSchema>

/** What a log says about a start, healthy or not. Null: the log does not say. */
export const observedSchema = z.strictObject({
  engine: z.strictObject({ name: z.enum(engineNames), version: z.string().nullable() }).nullable(),
  model: z.string().nullable(),
  /** Of one GPU, or of the process on a CPU. */
  weightsGib: z.number().nullable(),
  kvCacheGib: z.number().nullable(),
  kvCacheTokens: z.number().nullable(),
  /** Requests of full length that fit at the same time. */
  maxConcurrency: z.number().nullable(),
  graphsGib: z.number().nullable(),
  /** Seconds as the engine itself reports them; null where it does not. */
  phases: z.array(z.strictObject({ phase: phaseSchema, seconds: z.number().nullable() })),
  /** Files of the checkpoint that are loaded, of how many. */
  shards: z.strictObject({ done: z.number(), total: z.number() }).nullable(),
  ready: z.boolean(),
})
export type Observed = z.infer<typeof observedSchema>
