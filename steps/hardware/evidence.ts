import { printableLine } from '#src/core/printable.ts'
import { isFact } from '#src/machine/fact.ts'
import type { Machine } from '#src/machine/schema.ts'

/** Where each number comes from, a line a fact, the cards first: path, value, the command or file, and the line that says it. */
export function evidenceLines({ gpus, links, ...rest }: Machine): string[] {
  return linesOf({ gpus, links, ...rest }, '')
}

function linesOf(machine: unknown, path: string): string[] {
  if (isFact(machine)) {
    const [first] = machine.evidence
    const value = machine.value === null ? `- (${machine.unknown ?? 'unknown'})` : JSON.stringify(machine.value)
    const source = first ? `  < ${first.source}${first.line ? `: ${first.line}` : ''}` : ''
    const changed = machine.overridden
      ? `  (detected ${JSON.stringify(machine.overridden.detected)}; set by ${machine.overridden.by})`
      : ''
    return [printableLine(`${path} = ${value}${changed}${source}`)]
  }
  if (Array.isArray(machine)) return machine.flatMap((item, index) => linesOf(item, `${path}[${index}]`))
  if (typeof machine !== 'object' || machine === null) return []
  return Object.entries(machine).flatMap(([key, item]) => linesOf(item, path ? `${path}.${key}` : key))
}
