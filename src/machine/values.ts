import { isFact } from './fact.ts'
import type { Machine } from './schema.ts'

/** A type with every fact replaced by its value, or null where it is unknown. */
export type Values<T> = T extends { value: infer V; evidence: unknown[] }
  ? V
  : T extends readonly (infer E)[]
    ? Values<E>[]
    : T extends object
      ? { [K in keyof T]: Values<T[K]> }
      : T

/** The machine with bare values in place of facts, for jq and other programs; what is unknown is null. */
export function machineValues(machine: Machine): Values<Machine> {
  return bare(machine) as Values<Machine>
}

function bare(part: unknown): unknown {
  if (isFact(part)) return part.value
  if (Array.isArray(part)) return part.map(bare)
  if (typeof part !== 'object' || part === null) return part
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, bare(value)]))
}
