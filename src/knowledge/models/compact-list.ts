/**
 * A long list of config.json in few words, as the catalogue stores it: `period` repeated to the length, `runs` of [value, times],
 * or `prefix` + `period` x `repeats` + `suffix`.
 */
type CompactList = {
  readonly period?: readonly unknown[]
  readonly repeats?: number
  readonly prefix?: readonly unknown[]
  readonly suffix?: readonly unknown[]
  readonly runs?: readonly (readonly [unknown, number])[]
}

function isCompactList(value: unknown): value is CompactList {
  return typeof value === 'object' && value !== null && ('period' in value || 'runs' in value)
}

function expanded(list: CompactList, length: number): unknown[] {
  if (list.runs !== undefined) return list.runs.flatMap(([value, times]) => Array.from({ length: times }, () => value))
  const period = list.period ?? []
  const times = list.repeats ?? Math.ceil(length / Math.max(1, period.length))
  const repeated = Array.from({ length: times }, () => period).flat()
  const whole = [...(list.prefix ?? []), ...repeated, ...(list.suffix ?? [])]
  return list.repeats === undefined ? whole.slice(0, length) : whole
}

/** The fields of a stored config with every compact list written out to `layers` entries. */
export function expandLists(config: Readonly<Record<string, unknown>>, layers: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).map(([name, value]) => [name, isCompactList(value) ? expanded(value, layers) : value]),
  )
}
