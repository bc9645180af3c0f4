import { printable } from '../core/printable.ts'
import { planLines } from '../plan/render/text.ts'
import type { FieldPath } from '../recipe/fields.ts'
import { loadAnswered } from '../services/answered-recipe.ts'
import { loadMachine } from '../services/load-machine.ts'
import { prepare } from '../services/prepare.ts'
import { type CommandIo, say, writeJson } from './io.ts'

/** `rigup plan RECIPE`: what would be done, with every command. Refusals are said, and do not keep the plan back. */
export async function runPlan(
  given: string,
  options: { machine?: string; json?: boolean; fields?: Readonly<Record<FieldPath, unknown>> },
  io: CommandIo,
): Promise<void> {
  const { recipe, lock } = await loadAnswered(given, options.fields)
  const { plan, advice, refusals } = await prepare(recipe, lock, await loadMachine(options))
  for (const item of refusals)
    say(io, printable(`cannot work here: ${item.what} ${item.why}${item.instead ? ` Instead: ${item.instead}` : ''}`))
  if (options.json) {
    writeJson(io, { ...plan, advice: [...refusals, ...advice] })
    return
  }
  const columns = io.stdout.columns ?? 100
  io.stdout.write(`${planLines(plan, { columns, commands: true }).join('\n')}\n`)
  for (const item of advice) say(io, printable(`${item.kind}: ${item.what} ${item.why}`))
}
