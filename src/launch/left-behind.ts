import { Problem } from '../core/problem.ts'
import { readJournal } from '../run/journal.ts'
import { engineInJournal } from '../run/running-engine.ts'
import { containerOf, removeContainer, runOfContainer } from './container.ts'

/**
 * Makes way for a container: one of the same name that a killed run left behind is removed. Throws a Problem where it was left running on
 * purpose, or where rigup did not start it.
 */
export async function removeLeftBehind(argv: readonly string[], log: (text: string) => void): Promise<void> {
  const container = containerOf(argv)
  const run = container === null ? null : await runOfContainer(container)
  if (container === null || run === null) return
  const remove = `${container.tool} rm --force ${container.name}`
  if (run === '') {
    throw new Problem({
      what: `There is a container ${container.name} already.`,
      why: 'No run of rigup started it.',
      next: `look what it is; if it is not needed: ${remove}`,
      exit: 'machine',
    })
  }
  // Runs whose journal is gone have left it behind too.
  const events = await readJournal(run).catch(() => [])
  if (engineInJournal(events)?.isKept) {
    throw new Problem({
      what: `The engine of this recipe runs already, in the container ${container.name}.`,
      why: 'An earlier run left it running, as it was told.',
      next: 'stop it first: rigup stop',
      exit: 'busy',
    })
  }
  log(`$ ${remove}   (left behind by ${run})\n`)
  await removeContainer(container)
}
