import { createInterface } from 'node:readline/promises'
import { Problem } from '../core/problem.ts'
import type { CommandIo } from './io.ts'

/**
 * Asks a yes-or-no question on the terminal.
 * @throws Problem (exit `unanswered`) where there is none; `without` says what to do then.
 */
export async function askYesNo(question: string, io: CommandIo, without: string): Promise<boolean> {
  if (!io.stdin.isTTY || !io.stderr.isTTY) {
    throw new Problem({
      what: 'There is a question open, and no terminal to ask in.',
      why: question,
      next: without,
      exit: 'unanswered',
    })
  }
  const terminal = createInterface({ input: io.stdin, output: io.stderr })
  const interrupted = new AbortController()
  terminal.on('SIGINT', () => interrupted.abort())
  try {
    const answer = await terminal.question(`${question} [y/N] `, { signal: interrupted.signal })
    return /^\s*y(es)?\s*$/i.test(answer)
  } catch (error) {
    if (interrupted.signal.aborted)
      throw new Problem({ what: 'Left; nothing was changed.', exit: 'interrupted', cause: error })
    throw error
  } finally {
    terminal.close()
  }
}
