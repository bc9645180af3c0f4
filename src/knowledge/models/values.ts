/** An object, or null where it is none. */
export function record(input: unknown): Record<string, unknown> | null {
  return typeof input === 'object' && input !== null ? (input as Record<string, unknown>) : null
}

/** A whole number from `least` to a billion, or null. */
export function sized(input: unknown, least = 1): number | null {
  return typeof input === 'number' && Number.isInteger(input) && input >= least && input <= 1e9 ? input : null
}
