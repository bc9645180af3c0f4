import { Problem } from '../core/problem.ts'
import { client } from './client.ts'
import { compose } from './compose.ts'
import type { ExportName } from './export-names.ts'
import type { ExportTarget } from './export-target.ts'
import { nix } from './nix.ts'
import { shell } from './sh.ts'
import { systemd } from './systemd.ts'

/** How a recipe is written as each. A new one is a file beside this one, its name in export-names.ts, and a line here. */
export const exportTargets: Readonly<Record<ExportName, ExportTarget>> = { sh: shell, systemd, compose, nix, client }

/**
 * The target of that name.
 * @throws Problem (exit `usage`) where there is none.
 */
export function exportTarget(name: string): ExportTarget {
  const target = Object.entries(exportTargets).find(([each]) => each === name)?.[1]
  if (target) return target
  throw new Problem({
    what: `There is no export to "${name}".`,
    next: `use one of: ${Object.keys(exportTargets).join(', ')}`,
    exit: 'usage',
  })
}
