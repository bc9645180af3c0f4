// What the virtual machine runs: the real runner, worker and undo, driven by small commands instead of the wizard.
import { readFile } from 'node:fs/promises'
import { exitCodes, Problem, problemLines } from '#src/core/problem.ts'
import { serve } from '#src/launch/serve.ts'
import { detectMachine } from '#src/machine/detect.ts'
import { planSchema } from '#src/plan/plan.ts'
import { executorsWith } from '#src/run/executors/index.ts'
import { createRun, latestRun, runStatus } from '#src/run/runs.ts'
import { startRun } from '#src/run/start-run.ts'
import { workerCommand } from '#src/run/worker-command.ts'

const command = [process.execPath, import.meta.filename, 'worker']
const onTerminal = process.stdin.isTTY ? (work: () => Promise<void>): Promise<void> => work() : null

async function newest(): Promise<string> {
  const directory = await latestRun()
  if (directory === null) throw new Error('no run')
  return directory
}

async function main([verb, ...rest]: readonly string[]): Promise<number> {
  switch (verb) {
    case 'worker':
      return exitCodes[await workerCommand(rest, executorsWith(serve), command)]
    case 'start': {
      const plan = planSchema.parse(JSON.parse(await readFile(rest[0] ?? '', 'utf8')))
      await startRun(await createRun({ plan, recipe: '' }), { command, onTerminal })
      return 0
    }
    case 'again':
      await startRun(await newest(), { command, onTerminal })
      return 0
    case 'undo':
      await startRun(await newest(), { command, onTerminal, mode: 'undo' })
      return 0
    case 'status': {
      const { directory, status, actions, holder, events } = await runStatus(await newest())
      console.log(JSON.stringify({ directory, status, actions, pid: holder?.process.pid ?? null, events }))
      return 0
    }
    case 'machine':
      console.log(JSON.stringify(await detectMachine()))
      return 0
    default:
      return exitCodes.usage
  }
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  console.error(error instanceof Problem ? problemLines(error).join('\n') : error)
  process.exitCode = error instanceof Problem ? exitCodes[error.exit] : exitCodes.defect
}
