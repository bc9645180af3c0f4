import * as z from 'zod'
import { engineSchema, packagesSchema } from './engine.ts'
import { modelSchema, workloadSchema } from './model.ts'
import { layoutSchema, measuredSchema, memorySchema, quantizationSchema, serverSchema } from './serving.ts'
import { absolutePathSchema, lineSchema, textSchema } from './text.ts'

/** The version of the recipe file that this rigup writes. It reads this one and older ones. */
export const recipeSchemaVersion = 1

/** Everything needed to do the same again, here or on the next machine. Intent and choices only; no secrets. */
export const recipeSchema = z.strictObject({
  /** The version of this file's schema. */
  rigup: z.literal(recipeSchemaVersion),
  name: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9._-]{0,63}$/,
      'a name has lower-case letters, digits, dots, dashes and underscores, at most 64',
    ),
  description: textSchema.optional(),
  /** The machine it was made on. */
  machine: z
    .strictObject({
      /** sha256 of what decides whether the recipe fits: see machine/fingerprint. */
      fingerprint: lineSchema,
      summary: lineSchema,
      /** What the operator corrected of what was read, as `--override` takes it. */
      corrections: z.array(lineSchema).optional(),
    })
    .optional(),
  model: modelSchema,
  workload: workloadSchema.default({ contextTokens: 4096, users: 1 }),
  engine: engineSchema,
  packages: packagesSchema.prefault({}),
  quantization: quantizationSchema.prefault({}),
  layout: layoutSchema.prefault({}),
  memory: memorySchema.prefault({}),
  server: serverSchema.prefault({}),
  install: z
    .strictObject({
      /** Where the engine goes; absent: rigup's data directory, under the recipe's name. */
      directory: absolutePathSchema.optional(),
      /** Where downloaded models go; absent: the hub's own cache. */
      modelCache: absolutePathSchema.optional(),
    })
    .prefault({}),
  measured: measuredSchema.optional(),
})
export type Recipe = z.infer<typeof recipeSchema>
/** A recipe as people write it: what has a default may be left out. */
export type RecipeInput = z.input<typeof recipeSchema>
