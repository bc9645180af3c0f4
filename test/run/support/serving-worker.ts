// The `worker` command as a program of its own, with the executor that starts engines.
import { exitCodes } from '#src/core/problem.ts'
import { serve } from '#src/launch/serve.ts'
import { executorsWith } from '#src/run/executors/index.ts'
import { workerCommand } from '#src/run/worker-command.ts'

const command = [process.execPath, import.meta.filename]
process.exitCode = exitCodes[await workerCommand(process.argv.slice(2), executorsWith(serve), command)]
