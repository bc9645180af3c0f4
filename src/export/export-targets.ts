import { Problem } from '../core/problem.ts'
import { client } from './client.ts'
import { compose } from './compose.ts'
import type { ExportTarget } from './export-target.ts'
import { nix } from './nix.ts'
import { shell } from './sh.ts'
import { systemd } from './systemd.ts'

/** What a recipe can be written as, by the name that `--to` takes. A new one is a file beside this one and a line here. */
export const exportTargets = { sh: shell, systemd, compose, nix, client } as const satisfies Readonly<
  Record<string, ExportTarget>
>

/**
 * The target of that name.
 * @throws Problem (exit `usage`) where there is none.
 */
export function exportTarget(name: string): ExportTarget {
  const target = Object.entries<ExportTarget>(exportTargets).find(([each]) => each === name)?.[1]
  if (target) return target
  throw new Problem({
    what: `There is no export to "${name}".`,
    next: `use one of: ${Object.keys(exportTargets).join(', ')}`,
    exit: 'usage',
  })
}
