// The `worker` command as a program of its own, with an engine that says a few words instead of a real one.
import { exitCodes, Problem, problemLines } from '#src/core/problem.ts'
import { executorsWith } from '#src/run/executors/index.ts'
import { workerCommand } from '#src/run/worker-command.ts'

const command = [process.execPath, import.meta.filename]

try {
  const executors = executorsWith(async ({ serve }, { emit }) => {
    emit({
      type: 'generated',
      prompt: '1',
      text: serve.servedName,
      expected: null,
      matches: true,
      firstTokenMilliseconds: 1,
      tokensPerSecond: 1,
      completionTokens: 1,
    })
  })
  process.exitCode = exitCodes[await workerCommand(process.argv.slice(2), executors, command)]
} catch (error) {
  console.error(error instanceof Problem ? problemLines(error).join('\n') : error)
  process.exitCode = exitCodes.defect
}
