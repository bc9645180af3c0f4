import { type ExitName, Problem } from '../core/problem.ts'
import { runActionProcess } from './action-process.ts'
import { startWorker } from './background.ts'
import type { Executors } from './executor.ts'
import { runWorker } from './worker.ts'

/**
 * The command that rigup starts itself with to carry a run out without a terminal: `RUN do|undo` does it here; `RUN start do|undo` lets
 * it go on in the background and ends (what sudo is asked to run); `RUN action ID INTENT` is one action, for the worker that started this
 * process. `command` is the command line of this command, without its arguments.
 */
export async function workerCommand(
  [runDirectory = '', verb = 'do', ...rest]: readonly string[],
  executors: Executors,
  command: readonly string[],
): Promise<ExitName> {
  switch (verb) {
    case 'do':
    case 'undo':
      return runWorker(runDirectory, { command, mode: verb })
    case 'start':
      await startWorker(runDirectory, command, rest[0] === 'undo' ? 'undo' : 'do')
      return 'ok'
    case 'action':
      return runActionProcess(runDirectory, rest[0], rest[1], executors)
    default:
      throw new Problem({ what: 'This command is for rigup itself.', next: 'see: rigup --help', exit: 'usage' })
  }
}
