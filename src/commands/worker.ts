import { exitCodes, Problem } from '../core/problem.ts'
import { serve } from '../launch/serve.ts'
import { runActionProcess } from '../run/action-process.ts'
import { startWorker } from '../run/background.ts'
import type { Executors } from '../run/executor.ts'
import { executorsWith } from '../run/executors/index.ts'
import { runWorker } from '../run/worker.ts'

/** The command line that starts this program's `worker` command again. */
export function workerCommand(): string[] {
  const program = process.argv[1]
  if (program === undefined) throw new Problem({ what: 'rigup does not know its own path.', exit: 'defect' })
  return [process.execPath, '--enable-source-maps', program, 'worker']
}

/**
 * `rigup worker RUN ...`, for rigup itself, which carries a run out without a terminal:
 * `do` and `undo` do it here; `start do|undo` lets it go on in the background and ends (what sudo is asked to run);
 * `action ID INTENT` is one action, for the worker that started this process. Gives the exit code back.
 */
export async function runWorkerCommand(
  runDirectory: string,
  [verb = 'do', ...rest]: readonly string[],
  executors: Executors = executorsWith(serve),
  command: readonly string[] = workerCommand(),
): Promise<number> {
  switch (verb) {
    case 'do':
    case 'undo':
      return exitCodes[await runWorker(runDirectory, { command, mode: verb })]
    case 'start':
      await startWorker(runDirectory, command, rest[0] === 'undo' ? 'undo' : 'do')
      return exitCodes.ok
    case 'action':
      return exitCodes[await runActionProcess(runDirectory, rest[0], rest[1], executors)]
    default:
      throw new Problem({ what: 'This command is for rigup itself.', next: 'see: rigup --help', exit: 'usage' })
  }
}
