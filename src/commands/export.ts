import { printable } from '../core/printable.ts'
import { Problem } from '../core/problem.ts'
import { exportTarget } from '../export/export-targets.ts'
import { loadMachine } from '../services/load-machine.ts'
import { exportRecipe } from '../services/write-export.ts'
import { type CommandIo, say } from './io.ts'

/** `rigup export RECIPE --to FORMAT`: writes to standard output what does the same without rigup. */
export async function runExport(
  given: string,
  options: { to: string; machine?: string },
  io: CommandIo,
): Promise<void> {
  const target = exportTarget(options.to)
  const { text, refusals } = await exportRecipe(given, target, await loadMachine(options)).catch((error: unknown) => {
    throw options.machine === undefined ? forAnotherMachine(error) : error
  })
  for (const { what, why } of refusals) say(io, printable(`cannot work there: ${what} ${why}`))
  io.stdout.write(text)
}

/** What this machine cannot hold may well fit on the one that the export is for. */
function forAnotherMachine(error: unknown): unknown {
  if (!(error instanceof Problem) || error.exit !== 'machine') return error
  const { message: what, why, exit } = error
  const next =
    'name the machine that it is for: --machine FILE (rigup detect --json writes it there); or change the recipe'
  return new Problem({ what, why, next, exit, cause: error })
}
