import * as z from 'zod'
import { engineNames } from '../knowledge/engines.ts'

/** How one engine is started and what it must do to count as working. */
export const serveSchema = z.strictObject({
  /** Which engine speaks: decides how its log is read. */
  engine: z.enum(engineNames),
  /** proof: rigup's tiny model with known answers. model: the operator's own. */
  purpose: z.enum(['proof', 'model']),
  argv: z.array(z.string()).min(1),
  environment: z.record(z.string(), z.string()),
  directory: z.string().optional(),
  /** Clients connect here to test: a loopback address where the server binds to all. */
  host: z.string(),
  port: z.number().int(),
  /** The name to ask for under /v1. */
  servedName: z.string(),
  /** Requests of the test; with `expected`, the answer must be exactly that. */
  prompts: z
    .array(z.strictObject({ prompt: z.string(), expected: z.string().optional(), maxTokens: z.number().int() }))
    .min(1),
  /** The answer by which the proof model says that the share of one worker does not arrive. */
  alarm: z.string().optional(),
  /** Run one after the other once the server answers and before its models are listed: fetching a model into a running Ollama. */
  prepare: z.array(z.array(z.string()).min(1)).optional(),
  /** Ends what a signal to the started program may leave behind: `docker stop NAME`. */
  cleanUp: z.array(z.array(z.string()).min(1)).optional(),
  /** Once the engine is in a control group of its own, the kernel is told to end all of that group where it ends one of its processes. */
  endsAsWhole: z.boolean().optional(),
  /** File (mode 600) with the key that clients must send. */
  apiKeyFile: z.string().optional(),
  /** Gives up when the engine says nothing and does nothing for that long; not a limit on the whole start. */
  stallSeconds: z.number().positive(),
  afterTest: z.enum(['stop', 'keep']),
})
export type Serve = z.infer<typeof serveSchema>
