import * as semver from 'semver'
import type { ChangeTemplate, FixTemplate, Values } from '../knowledge/failures/signature.ts'
import type { Trait } from '../knowledge/failures/traits.ts'
import type { Change, Fix } from './schema.ts'

/** Stands for a version that the log does not tell: the newest, so that nothing old is advised. */
const newest = '999.0.0'

/** Fills `{name}` in; null where a value is missing. */
export function fill(text: string, values: Values): string | null {
  let complete = true
  const filled = text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined || value === '') complete = false
    return value ?? ''
  })
  return complete ? filled : null
}

function fillValue(
  value: string | number | boolean | null,
  values: Values,
): string | number | boolean | null | undefined {
  if (typeof value !== 'string') return value
  const filled = fill(value, values)
  if (filled === null) return undefined
  // A value that is nothing but a placeholder keeps its type: lengths and shares are numbers in a recipe.
  return /^\{\w+\}$/.test(value) && /^\d+(?:\.\d+)?$/.test(filled) ? Number(filled) : filled
}

function fillChange(change: ChangeTemplate, values: Values): Change | null {
  if (change.kind === 'advice') return change
  if (change.kind === 'command') {
    const argv = change.argv.map((word) => fill(word, values))
    return argv.every((word) => word !== null) ? { ...change, argv: argv.filter((word) => word !== null) } : null
  }
  const set: Record<string, string | number | boolean | null> = {}
  for (const [path, value] of Object.entries(change.set)) {
    const filledPath = fill(path, values)
    const filledValue = fillValue(value, values)
    if (filledPath === null || filledValue === undefined) return null
    set[filledPath] = filledValue
  }
  return { kind: 'recipe', set }
}

/** The fixes that hold for this version and machine, with the values that the log gave; the recommended one first. */
export function fixesFor(
  templates: readonly FixTemplate[],
  values: Values,
  version: string | null,
  traits: ReadonlySet<Trait>,
): Fix[] {
  const engine = semver.coerce(version ?? newest) ?? newest
  const fixes: Fix[] = []
  const fields = new Set<string>()
  for (const { title, change, why, risk, versions, traits: needed, withoutTraits } of templates) {
    if (versions && !semver.satisfies(engine, versions)) continue
    if (needed?.some((trait) => !traits.has(trait)) || withoutTraits?.some((trait) => traits.has(trait))) continue
    const filledTitle = fill(title, values)
    const filledChange = fillChange(change, values)
    if (filledTitle === null || !filledChange) continue
    // A fix with a fixed value stands in for one with a value from the log, not beside it.
    const changed = filledChange.kind === 'recipe' ? Object.keys(filledChange.set).sort().join() : filledTitle
    if (fields.has(changed)) continue
    fields.add(changed)
    fixes.push({ title: filledTitle, change: filledChange, why, risk })
  }
  return fixes
}
