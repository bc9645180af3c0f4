import type { Fact } from './fact.ts'

/**
 * One fact from two sources, the better source first. Agreeing sources add their evidence; where only one knows, it counts; where
 * neither does, the better source's reason stands.
 */
function mergeFact<T>(better: Fact<T> | undefined, other: Fact<T> | undefined): Fact<T> | undefined {
  if (better === undefined || other === undefined) return better ?? other
  if (better.value === null) return other.value === null ? better : other
  if (other.value === null || JSON.stringify(other.value) !== JSON.stringify(better.value)) return better
  const evidence = [...better.evidence]
  for (const entry of other.evidence) {
    if (!evidence.some((known) => known.source === entry.source && known.line === entry.line)) evidence.push(entry)
  }
  return { ...better, evidence: evidence.slice(0, 4) }
}

/** Objects of facts, laid over each other field by field, the better first. */
export function mergeFacts<T extends object>(better: Partial<T>, other: Partial<T>): Partial<T> {
  const merged = new Map<string, Fact<unknown> | undefined>(Object.entries(better))
  for (const [name, fact] of Object.entries(other) as [string, Fact<unknown>][])
    merged.set(name, mergeFact(merged.get(name), fact))
  return Object.fromEntries(merged) as Partial<T>
}
