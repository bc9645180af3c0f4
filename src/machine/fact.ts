import * as z from 'zod'

/** Where a fact was read: the command or file, the line that says it, and when. */
const evidenceSchema = z.strictObject({
  /** The command line or path that was read: `nvidia-smi --query-gpu=...`, `/proc/meminfo`. */
  source: z.string(),
  /** The line it was read from, as printed. */
  line: z.string().optional(),
  /** ISO 8601; absent for profiles written by hand. */
  at: z.string().optional(),
})
export type Evidence = z.infer<typeof evidenceSchema>

/** A value with its evidence. `value: null` is unknown, and `unknown` then says why. */
export type Fact<T> = {
  value: T | null
  evidence: Evidence[]
  /** Why the value is not known; only with `value: null`. */
  unknown?: string | undefined
  /** How a number was determined, where there is more than one way: `nvidia-smi memory.total`, `sysfs mem_info_vram_total`. */
  method?: string | undefined
  /** What was detected before the operator said otherwise. */
  overridden?: { detected: T | null; by: string } | undefined
}

/**
 * The schema of a fact. A bare value is accepted and taken as a fact without evidence, so that a machine can be written by
 * hand and the output of `detect --json --values` can be read back.
 */
export function factOf<T extends z.ZodType>(value: T): z.ZodPrefault<z.ZodType<Fact<z.output<T>>, unknown>> {
  const full = z.strictObject({
    value: value.nullable(),
    evidence: z.array(evidenceSchema),
    unknown: z.string().optional(),
    method: z.string().optional(),
    overridden: z.strictObject({ detected: value.nullable(), by: z.string() }).optional(),
  })
  const fact = z.preprocess((input) => (isFact(input) ? input : { value: input, evidence: [] }), full)
  return (fact as unknown as z.ZodType<Fact<z.output<T>>, unknown>).prefault({
    value: null,
    evidence: [],
    unknown: 'not told by this machine file',
  })
}

/** A fact that was read. */
export function known<T>(value: T, ...evidence: Evidence[]): Fact<T> {
  return { value, evidence }
}

/** A fact that could not be read, and why. */
export function unknown<T>(reason: string, ...evidence: Evidence[]): Fact<T> {
  return { value: null, evidence, unknown: reason }
}

/** A fact as the operator says it is; what was detected is kept beside it, however often it is corrected. */
export function overridden<T>(fact: Fact<T>, value: T, by = 'operator'): Fact<T> {
  const detected = fact.overridden ? fact.overridden.detected : fact.value
  return { value, evidence: fact.evidence, overridden: { detected, by } }
}

/** True for an object of the shape of a fact. */
export function isFact(input: unknown): input is Fact<unknown> {
  return typeof input === 'object' && input !== null && 'value' in input && 'evidence' in input
}
