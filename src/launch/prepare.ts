import { basename } from 'node:path'
import { printableLine } from '../core/printable.ts'
import { Problem } from '../core/problem.ts'
import { shellLine } from '../core/shell-quote.ts'
import type { OperationContext } from '../run/executor.ts'
import { runProcess } from '../run/run-process.ts'

/** A model may be fetched here, over a slow line. */
const limitSeconds = 24 * 60 * 60
const rememberedBytes = 4096

/** Runs the commands that a server needs once it answers (Ollama: fetch or create the model). */
export async function runPreparation(
  commands: readonly (readonly string[])[],
  environment: Readonly<Record<string, string>>,
  context: OperationContext,
): Promise<void> {
  for (const argv of commands) {
    context.log(`$ ${shellLine(argv)}\n`)
    let said = ''
    const result = await runProcess({
      argv,
      environment,
      timeoutSeconds: limitSeconds,
      signal: context.signal,
      onOutput(chunk) {
        context.log(chunk)
        said = (said + chunk.toString('utf8')).slice(-rememberedBytes)
      },
    })
    context.signal.throwIfAborted()
    if (result.kind === 'exited' && result.code === 0) continue
    const lastLine = said
      .split(/[\r\n]+/)
      .map((line) => printableLine(line).trim())
      .findLast((line) => line !== '')
    throw new Problem({
      what: `The server runs, but ${basename(argv[0] ?? '')} ${argv[1] ?? ''} failed.`,
      why: result.kind === 'not-started' ? result.message : lastLine,
      next: 'read the log of this action, then try again',
      log: context.logFile,
      exit: 'failed',
    })
  }
}
