import * as z from 'zod'

/** Where an advice rests on: a document, a version, an issue. */
const sourceSchema = z.strictObject({
  title: z.string(),
  /** A URL, or the name and section of a document. */
  reference: z.string().optional(),
  /** Which versions it holds for, where that matters: `vLLM >= 0.11`. */
  versions: z.string().optional(),
})
export type Source = z.infer<typeof sourceSchema>

/** One recommendation. The same object feeds the screen, the `?` panel, `--json` and the comments in the recipe. */
export const adviceSchema = z.strictObject({
  /** kebab-case and stable: `swap-size`, `layout-pipeline-over-risers`. */
  id: z.string(),
  /** The recipe field it is about (`memory.swap`), or the topic where it is about none. */
  about: z.string(),
  /** note: worth knowing. recommend: the reason for a preselected answer. warn: a risk. refuse: it cannot work. */
  kind: z.enum(['note', 'recommend', 'warn', 'refuse']),
  /** What to do, in one sentence. */
  what: z.string(),
  /** Why, in one sentence for an operator, not a developer. */
  why: z.string(),
  source: sourceSchema,
  /** Paths of the facts it used: `cpu.flags`, `gpus[0].linkWidth`. */
  facts: z.array(z.string()),
  /** What would change it. */
  wouldChange: z.string().optional(),
  sure: z.enum(['certain', 'likely', 'guess']),
  /** The way out of a refusal, or the mitigation of a risk. */
  instead: z.string().optional(),
})
export type Advice = z.infer<typeof adviceSchema>
