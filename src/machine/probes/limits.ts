import { type Fact, known, unknown } from '../fact.ts'
import { linesOf } from '../lines.ts'
import { cite, type Source } from '../reading.ts'

/** The soft limit of a line of /proc/self/limits; unknown where there is no limit. */
export function readLimits(text: string, name: string, source: Source): Fact<number> {
  const line = linesOf(text).find((candidate) => candidate.startsWith(name))
  const soft = line?.slice(name.length).trim().split(/\s+/)[0]
  if (line === undefined || soft === undefined) return unknown(`${source.name} does not tell it`)
  return /^\d+$/.test(soft) ? known(Number(soft), cite(source, line)) : unknown('no limit is set', cite(source, line))
}
