import { printable } from '../core/printable.ts'
import { Problem } from '../core/problem.ts'
import { archivesOf } from '../export/archives.ts'
import type { ExportTarget } from '../export/export-target.ts'
import { exportTargets } from '../export/export-targets.ts'
import { loadRecipe } from '../recipe/files.ts'
import { loadMachine } from '../services/load-machine.ts'
import { prepare } from '../services/prepare.ts'
import { type CommandIo, say } from './io.ts'

/** `rigup export RECIPE --to FORMAT`: writes to standard output what does the same without rigup. */
export async function runExport(
  given: string,
  options: { to: string; machine?: string },
  io: CommandIo,
): Promise<void> {
  const target = targetOf(options.to)
  const { recipe, lock } = await loadRecipe(given)
  const { context, plan, refusals } = await prepare(recipe, lock, await loadMachine(options))
  for (const { what, why } of refusals) say(io, printable(`cannot work there: ${what} ${why}`))
  io.stdout.write(target.write({ context, plan, archives: await archivesOf(plan) }))
}

function targetOf(name: string): ExportTarget {
  const target = Object.entries<ExportTarget>(exportTargets).find(([each]) => each === name)?.[1]
  if (target) return target
  throw new Problem({
    what: `There is no export to "${name}".`,
    next: `use one of: ${Object.keys(exportTargets).join(', ')}`,
    exit: 'usage',
  })
}
