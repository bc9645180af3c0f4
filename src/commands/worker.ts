import { exitCodes, Problem } from '../core/problem.ts'
import { serve } from '../launch/serve.ts'
import { executorsWith } from '../run/executors/index.ts'
import { workerCommand } from '../run/worker-command.ts'

/** The command line that starts this program's `worker` command again. */
export function workerCommandLine(): string[] {
  const program = process.argv[1]
  if (program === undefined) throw new Problem({ what: 'rigup does not know its own path.', exit: 'defect' })
  return [process.execPath, '--enable-source-maps', program, 'worker']
}

/** `rigup worker RUN ...`, for rigup itself; see src/run/worker-command.ts. Gives the exit code back. */
export async function runWorkerCommand(runDirectory: string, rest: readonly string[]): Promise<number> {
  return exitCodes[await workerCommand([runDirectory, ...rest], executorsWith(serve), workerCommandLine())]
}
