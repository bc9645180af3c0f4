import { parseBytes } from '../core/bytes.ts'
import { printableLine } from '../core/printable.ts'
import { Problem } from '../core/problem.ts'
import { type Fact, isFact, overridden } from './fact.ts'
import { type Machine, machineSchema } from './schema.ts'

/**
 * The machine with the operator's corrections: `gpus[0].memoryTotalBytes=12GiB`, `swap.totalBytes=0`, `gpus[*].linkWidth=1`,
 * `cpu.flags=avx,avx2`; `unknown` takes a value away. What was detected stays beside each. Throws a Problem (exit usage) for a
 * field that is not there or a value that does not fit it.
 */
export function applyOverrides(machine: Machine, overrides: readonly string[]): Machine {
  return overrides.reduce((current, text) => applyOne(current, text), machine)
}

function applyOne(machine: Machine, text: string): Machine {
  const match = /^\s*([A-Za-z][\w.[\]*]*?)\s*=\s*(.*?)\s*$/s.exec(text)
  if (!match) throw wrong(text, 'A correction has the form field=value: gpus[0].memoryTotalBytes=12GiB.')
  const [, path = '', value = ''] = match
  const paths = path.includes('[*]') ? machine.gpus.map((_, index) => path.replace('[*]', `[${index}]`)) : [path]
  if (paths.length === 0) throw wrong(text, 'This machine has no GPUs.')
  return paths.reduce((current, one) => set(current, one, value, text), machine)
}

function set(machine: Machine, path: string, value: string, text: string): Machine {
  const keys = path.split('.').flatMap((part) => {
    const indexed = /^(\w+)\[(\d+)\]$/.exec(part)
    return indexed ? [indexed[1] ?? '', Number(indexed[2])] : [part]
  })
  for (const candidate of candidates(path, value)) {
    const changed: unknown = structuredClone(machine)
    if (!replaceFact(changed, keys, candidate)) throw wrong(text, `This machine has no field ${path}.`)
    const result = machineSchema.safeParse(changed)
    if (result.success) return result.data
  }
  throw wrong(text, `The field ${path} cannot be “${printableLine(value).slice(0, 60)}”.`)
}

/** What the text may mean, the likelier first; the schema decides. */
function candidates(path: string, value: string): unknown[] {
  if (value === 'unknown') return [null]
  const numeric = value !== '' && Number.isFinite(Number(value)) ? [Number(value)] : []
  const bytes = path.endsWith('Bytes') ? parseBytes(value) : null
  return [
    ...(bytes === null ? [] : [bytes]),
    ...(/^(true|yes|on)$/i.test(value) ? [true] : /^(false|no|off)$/i.test(value) ? [false] : []),
    ...numeric,
    value,
    value === '' ? [] : value.split(',').map((part) => part.trim()),
  ]
}

function replaceFact(machine: unknown, keys: readonly (string | number)[], value: unknown): boolean {
  let here = machine
  for (const key of keys.slice(0, -1)) here = child(here, key)
  const last = keys.at(-1)
  const fact = last === undefined ? undefined : child(here, last)
  if (typeof here !== 'object' || here === null || last === undefined || !isFact(fact)) return false
  const corrected: Fact<unknown> = overridden(fact, value)
  Object.assign(here, {
    [last]: value === null ? { ...corrected, unknown: 'the operator says that it is not known' } : corrected,
  })
  return true
}

function child(from: unknown, key: string | number): unknown {
  return typeof from === 'object' && from !== null && Object.hasOwn(from, key) ? Reflect.get(from, key) : undefined
}

function wrong(text: string, why: string): Problem {
  return new Problem({
    what: `The correction “${printableLine(text).slice(0, 120)}” cannot be applied.`,
    why,
    next: 'rigup detect --json shows every field by its name.',
    exit: 'usage',
  })
}
