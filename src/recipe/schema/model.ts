import * as z from 'zod'
import { lineSchema, wordSchema } from './text.ts'

/** What a checkpoint said of itself when it was read, so that planning needs no network again. */
const checkpointSchema = z.strictObject({
  /** Where it was read: the hub or its mirror, ModelScope, a local folder, the hub library's cache. */
  from: z.enum(['hub', 'modelscope', 'local', 'cache']),
  /** ISO date. */
  read: lineSchema,
  revision: wordSchema.optional(),
  format: z.enum(['safetensors', 'gguf', 'pytorch', 'unknown']),
  /** Of the weights that an engine reads. */
  weightBytes: z.number().positive().optional(),
  downloadBytes: z.number().nonnegative().optional(),
  licence: lineSchema.optional(),
  gated: z.boolean().optional(),
  /** The fields of its config.json that decide about memory and support; long lists in short. */
  config: z.record(z.string(), z.unknown()),
})
export type StoredCheckpoint = z.infer<typeof checkpointSchema>

/** What is served. */
export const modelSchema = z.strictObject({
  /** proof: only rigup's own tiny model. hub: an id on the Hugging Face hub (or its mirror). local: a folder or GGUF file. ollama: a name in Ollama's library. */
  source: z.enum(['proof', 'hub', 'local', 'ollama']),
  /** `proof`, `Qwen/Qwen3-8B-AWQ`, `/models/x`, `qwen3:8b`. */
  id: wordSchema,
  /** Commit or branch on the hub. */
  revision: wordSchema.optional(),
  /** One file of the repository: the GGUF to fetch. */
  file: wordSchema.optional(),
  /** The name that clients ask for; the id where absent. */
  servedName: wordSchema.optional(),
  /** Runs code that comes with the model. Asked, never assumed. */
  trustRemoteCode: z.boolean().default(false),
  /** Facts of a model that the shipped catalogue does not have. */
  checkpoint: checkpointSchema.optional(),
})

/** What it is wanted for; layout and length follow from it. */
export const workloadSchema = z.strictObject({
  /** Tokens that one conversation should hold, prompt and answer together. */
  contextTokens: z.number().int().positive(),
  /** How many ask at the same time. */
  users: z.number().int().positive(),
})
