import { printable } from '../core/printable.ts'
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
  const { text, refusals } = await exportRecipe(given, target, await loadMachine(options))
  for (const { what, why } of refusals) say(io, printable(`cannot work there: ${what} ${why}`))
  io.stdout.write(text)
}
