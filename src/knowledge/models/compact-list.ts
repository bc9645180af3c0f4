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

/** Shorter lists are easier to read as they are. */
const shortEnough = 8

/** A list as the catalogue and recipes store it: itself where it is short or has no order. `expandLists` gives it back. */
export function compactList(list: readonly unknown[], layers: number): unknown {
  if (list.length <= shortEnough) return list
  if (list.length === layers) {
    const period = Array.from({ length: Math.floor(layers / 2) }, (_, index) => index + 1).find((size) =>
      list.every((value, index) => value === list[index % size]),
    )
    if (period !== undefined) return { period: list.slice(0, period) }
  }
  const runs: [unknown, number][] = []
  for (const value of list) {
    const last = runs.at(-1)
    if (last !== undefined && last[0] === value) last[1] += 1
    else runs.push([value, 1])
  }
  return runs.length * 2 < list.length ? { runs } : list
}
