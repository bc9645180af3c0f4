import { basename } from 'node:path'
import { Problem } from '../core/problem.ts'
import { shellLine } from '../core/shell-quote.ts'
import type { OperationContext } from '../run/executor.ts'
import { outputLines } from '../run/output-lines.ts'
import { progressReader } from '../run/progress/readers.ts'
import { runProcess } from '../run/run-process.ts'

/** A model may be fetched here, over a slow line. */
const limitSeconds = 24 * 60 * 60

/**
 * Runs the commands that a server needs once it answers (Ollama: fetch or create the model), and tells how far they are. `onGain` is called
 * with each new thing they say: a long download is no stall of the server.
 */
export async function runPreparation(
  commands: readonly (readonly string[])[],
  environment: Readonly<Record<string, string>>,
  context: OperationContext,
  onGain: () => void = () => {},
): Promise<void> {
  for (const argv of commands) {
    context.log(`$ ${shellLine(argv)}\n`)
    const read = progressReader('ollama')
    let last: string | undefined
    let told = ''
    const lines = outputLines((line) => {
      last = line
      const update = read(line)
      if (update === null) return
      const now = `${update.text} ${update.doneBytes}`
      if (now === told) return
      told = now
      onGain()
      context.log(`${line}\n`)
      context.progress(update)
    })
    const result = await runProcess({
      argv,
      environment,
      timeoutSeconds: limitSeconds,
      signal: context.signal,
      onOutput: lines.write,
    })
    lines.end()
    context.signal.throwIfAborted()
    if (result.kind === 'exited' && result.code === 0) continue
    context.log(`${last ?? 'It said nothing.'}\n`)
    throw new Problem({
      what: `The server runs, but ${basename(argv[0] ?? '')} ${argv[1] ?? ''} failed.`,
      why: result.kind === 'not-started' ? result.message : last,
      next: 'read the log of this action, then try again',
      log: context.logFile,
      exit: 'failed',
    })
  }
}
