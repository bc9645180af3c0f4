import { known } from '../fact.ts'
import { linesOf } from '../lines.ts'
import { cite, type Reading, type Source } from '../reading.ts'

/** Reads `id`: `uid=1000(sam) gid=1000(sam) groups=1000(sam),27(sudo),999(docker)`. */
export function readId(text: string, source: Source): Reading {
  const line = linesOf(text).find((candidate) => candidate.startsWith('uid='))
  const match = /^uid=(\d+)(?:\(([^)]*)\))?/.exec(line ?? '')
  if (!match || line === undefined) return {}
  const list = /groups=(.*?)(?:\s+context=.*)?$/.exec(line)?.[1] ?? ''
  const groups = list.split(',').flatMap((entry) => /\(([^)]*)\)/.exec(entry)?.[1] ?? /^\d+$/.exec(entry)?.[0] ?? [])
  return {
    user: {
      uid: known(Number(match[1]), cite(source, line)),
      name: known(match[2] ?? match[1] ?? '', cite(source, line)),
      groups: known(groups, cite(source, line)),
    },
  }
}
