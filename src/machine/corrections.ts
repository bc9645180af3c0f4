import { formatBytes } from '../core/bytes.ts'
import { printableLine } from '../core/printable.ts'
import { type Fact, isFact } from './fact.ts'
import { machineFingerprint } from './fingerprint.ts'
import { applyOverrides } from './overrides.ts'
import type { Machine } from './schema.ts'

/** A fact that the operator may correct: its name, its value as it is typed, and as it is shown. */
type Correctable = {
  readonly path: string
  /** What a correction to the same value would say; empty where it is unknown. */
  readonly typed: string
  readonly shown: string
  readonly isCorrected: boolean
}

/** Every fact that can be typed, the cards' first: texts, numbers, yes and no, lists of words. */
export function correctableFacts(machine: Machine): Correctable[] {
  const { gpus, cpu, memory, swap, os, filesystems, ...rest } = machine
  return [...Object.entries({ gpus, cpu, memory, swap, os, filesystems }), ...Object.entries(rest)].flatMap(
    ([name, part]) => factsUnder(part, name),
  )
}

function factsUnder(part: unknown, path: string): Correctable[] {
  if (isFact(part)) {
    const typed = typedValue(part)
    return typed === null
      ? []
      : [{ path, typed, shown: shownValue(part, path), isCorrected: part.overridden !== undefined }]
  }
  if (Array.isArray(part)) return part.flatMap((item, index) => factsUnder(item, `${path}[${index}]`))
  if (typeof part !== 'object' || part === null) return []
  return Object.entries(part).flatMap(([key, item]) => factsUnder(item, `${path}.${key}`))
}

/** Null for what has no form in one line: processes, listeners. */
function typedValue({ value }: Fact<unknown>): string | null {
  if (value === null) return ''
  if (Array.isArray(value)) return value.every((item) => typeof item === 'string') ? value.join(',') : null
  return typeof value === 'object' ? null : String(value)
}

function shownValue(fact: Fact<unknown>, path: string): string {
  if (fact.value === null) return `- (${fact.unknown ?? 'unknown'})`
  const { value } = fact
  if (typeof value === 'number' && path.endsWith('Bytes')) return formatBytes(value)
  return printableLine(Array.isArray(value) ? value.join(',') : String(value)).slice(0, 80)
}

/** The corrections that stand in a machine, as `--override` takes them: `gpus[0].memoryTotalBytes=12884901888`. */
export function correctionsOf(machine: Machine): string[] {
  return correctableFacts(machine)
    .filter(({ isCorrected }) => isCorrected)
    .map(({ path, typed }) => printableLine(`${path}=${typed === '' ? 'unknown' : typed}`).slice(0, 4000))
}

/** What a recipe keeps of the machine that it was made on. */
export function recordedMachine(machine: Machine, summary: string) {
  const corrections = correctionsOf(machine)
  return {
    fingerprint: machineFingerprint(machine),
    summary,
    ...(corrections.length > 0 ? { corrections } : {}),
  }
}

/**
 * The machine with the corrections that a recipe was made with, where they make it the machine of that recipe; elsewhere the machine as
 * it was read, because another machine's cards are not wrong in the same places.
 */
export function withRecordedCorrections(
  machine: Machine,
  recorded: { readonly fingerprint: string; readonly corrections?: readonly string[] | undefined } | undefined,
): Machine {
  if (!recorded?.corrections?.length) return machine
  const corrected = withCorrections(machine, recorded.corrections)
  return machineFingerprint(corrected) === recorded.fingerprint ? corrected : machine
}

/** The machine with all corrections that fit it; while it is still being read, some may have nothing to correct yet. */
export function withCorrections(machine: Machine, corrections: readonly string[]): Machine {
  return corrections.reduce((current, correction) => {
    try {
      return applyOverrides(current, [correction])
    } catch {
      return current
    }
  }, machine)
}
