import { parseCount } from '#src/core/counts.ts'
import type { FieldPath } from '#src/recipe/fields.ts'

export type Parsed = { value: unknown } | { problem: string }

/** A recipe field as it is asked for: on a screen, and as a flag of every command that makes a recipe. */
export type FieldSpec = {
  path: FieldPath
  /** Short, for the screen: `length`. */
  label: string
  /** The long flag without dashes: `max-model-len`. */
  flag: string
  /** What the flag's value is called; absent for a switch. */
  argument?: string
  /** One line for `--help` and the `?` panel. */
  help: string
  /** Allowed words, where there are only some. */
  options?: readonly string[]
  /** Reads what was typed. `value: undefined` takes the field back to its default. */
  parse(text: string): Parsed
  /** Fields that follow from this one's value; absent: only its own. */
  sets?(value: unknown): Readonly<Record<FieldPath, unknown>>
  /** The value as it would be typed. */
  format?(value: unknown): string
}

/** How a value stands on the screen and could be typed again. */
export function formatField(spec: FieldSpec, value: unknown): string {
  if (value === undefined || value === null) return ''
  return spec.format ? spec.format(value) : Array.isArray(value) ? value.join(',') : String(value)
}

/** Reads a whole number in a range, also as `32k` or `32K`; empty takes the default. */
export function wholeNumber(minimum: number, maximum = Number.MAX_SAFE_INTEGER): FieldSpec['parse'] {
  return (text) => {
    if (text.trim() === '') return { value: undefined }
    const value = parseCount(text)
    if (value !== null && value >= minimum && value <= maximum) return { value }
    return {
      problem:
        maximum < Number.MAX_SAFE_INTEGER
          ? `a whole number from ${minimum} to ${maximum}`
          : `a whole number, ${minimum} or more`,
    }
  }
}

/** Reads a number in a range; empty takes the default. */
export function decimal(minimum: number, maximum: number): FieldSpec['parse'] {
  return (text) => {
    if (text.trim() === '') return { value: undefined }
    const value = Number(text)
    return Number.isFinite(value) && value >= minimum && value <= maximum
      ? { value }
      : { problem: `a number from ${minimum} to ${maximum}` }
  }
}

/** Reads one of some words; empty takes the default. */
export function oneOf(options: readonly string[]): FieldSpec['parse'] {
  return (text) => {
    const word = text.trim()
    if (word === '') return { value: undefined }
    return options.includes(word) ? { value: word } : { problem: `one of ${options.join(', ')}` }
  }
}

/** Reads any text on one line; empty takes the default. */
export function anyText(text: string): Parsed {
  const trimmed = text.trim()
  return { value: trimmed === '' ? undefined : trimmed }
}

/** Reads yes or no. */
export function yesOrNo(text: string): Parsed {
  const word = text.trim().toLowerCase()
  if (['yes', 'y', 'true', ''].includes(word)) return { value: true }
  return ['no', 'n', 'false'].includes(word) ? { value: false } : { problem: 'yes or no' }
}

/** Reads an absolute path; empty takes the default. */
export function absolutePath(text: string): Parsed {
  const path = text.trim()
  if (path === '') return { value: undefined }
  return path.startsWith('/') ? { value: path } : { problem: 'a path from the root, beginning with /' }
}

/** Reads GPU indexes: `0,2,3`; empty takes all. */
export function indexes(text: string): Parsed {
  if (text.trim() === '') return { value: undefined }
  const parts = text.split(',').map((part) => part.trim())
  return parts.every((part) => /^\d+$/.test(part))
    ? { value: parts.map(Number) }
    : { problem: 'GPU numbers with commas: 0,2,3' }
}
