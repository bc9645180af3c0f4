import * as z from 'zod'
import { absolutePathSchema, hostSchema, lineSchema, textSchema, wordSchema } from './text.ts'

/** Which checkpoint and number formats. */
export const quantizationSchema = z.strictObject({
  /** `checkpoint`: what the checkpoint says, nothing is passed. Else the value of `--quantization`. */
  method: wordSchema.default('checkpoint'),
  dtype: wordSchema.default('auto'),
  kvCacheDtype: wordSchema.default('auto'),
})

/** How the model lies on the cards. */
export const layoutSchema = z.strictObject({
  /** GPU indexes in PCI bus order; absent: all. Empty: the CPU. */
  gpus: z.array(z.number().int().nonnegative()).optional(),
  tensorParallel: z.number().int().positive().default(1),
  pipelineParallel: z.number().int().positive().default(1),
  /** Tokens; absent: what the model allows. */
  maxModelLen: z.number().int().positive().optional(),
  /** Share of each card's memory that the engine may take, 0 to 1. */
  utilization: z.number().gt(0).max(1).optional(),
  maxNumSeqs: z.number().int().positive().optional(),
  maxNumBatchedTokens: z.number().int().positive().optional(),
  /** GiB for the KV cache; for the CPU backend. */
  cpuKvCacheGib: z.number().positive().optional(),
})

/** What guards the machine. */
export const memorySchema = z.strictObject({
  /** A swap file to create; null: none. */
  swap: z.strictObject({ path: absolutePathSchema, bytes: z.number().int().positive() }).nullable().default(null),
  /** What ends the engine before the machine stops answering. */
  guard: z.enum(['none', 'earlyoom']).default('none'),
  /** Limits of the engine's unit, in bytes; null: none. */
  limits: z
    .strictObject({
      memoryBytes: z.number().int().positive().optional(),
      swapBytes: z.number().int().nonnegative().optional(),
      oomScoreAdjust: z.number().int().min(-1000).max(1000).optional(),
    })
    .nullable()
    .default(null),
})

const flagValue = z.union([textSchema, z.number(), z.boolean(), z.array(z.union([textSchema, z.number()]))])

/** How it is served. */
export const serverSchema = z.strictObject({
  host: hostSchema.default('127.0.0.1'),
  port: z.number().int().min(1).max(65535).default(8000),
  /** file: a key that rigup makes and keeps in a file of mode 600. */
  apiKey: z.enum(['none', 'file']).default('none'),
  /** Environment of the engine. Names that look like secrets are refused. */
  environment: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), textSchema).default({}),
  /** Further flags of the engine, without dashes: `enforce-eager: true`, `swap-space: 1`. */
  arguments: z.record(z.string().regex(/^[a-z0-9][a-z0-9._-]*$/i), flagValue).default({}),
  /** Serve rigup's tiny model first, so that a broken installation shows before the weights are there. */
  proof: z.boolean().default(true),
  /** What happens to the engine once it has proved itself. */
  afterTest: z.enum(['stop', 'keep']).default('stop'),
})

/** What was measured when this recipe was made; never read back as an instruction. */
export const measuredSchema = z.strictObject({
  at: lineSchema,
  engineVersion: lineSchema.optional(),
  python: lineSchema.optional(),
  model: lineSchema,
  secondsToReady: z.number(),
  firstTokenMilliseconds: z.number(),
  tokensPerSecond: z.number(),
  completionTokens: z.number().int(),
  weightsGib: z.number().optional(),
  kvCacheGib: z.number().optional(),
  kvCacheTokens: z.number().int().optional(),
})
