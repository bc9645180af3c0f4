import { createInterface } from 'node:readline/promises'
import { Problem } from '../core/problem.ts'
import type { ChoicePromptProps, PromptChoice } from '../ui/choice-prompt.tsx'
import { loadScreens } from '../ui/load-screens.ts'
import type { CommandIo } from './io.ts'

type Terminal = Pick<CommandIo, 'stdin' | 'stderr'>

/**
 * Asks a question with a few answers on the terminal.
 * @throws Problem (exit `unanswered`) where there is none, `without` says what to do then; (`interrupted`) where it is left.
 */
export async function askChoice<Value>(
  prompt: Omit<ChoicePromptProps<Value>, 'onAnswer'>,
  io: CommandIo,
  without: string,
): Promise<Value> {
  requireTerminal(prompt.question, io, without)
  const answer = io.environment.TERM === 'dumb' ? await askNumber(prompt, io) : await askOnScreen(prompt, io)
  if (answer === null) throw left()
  return answer.value
}

async function askOnScreen<Value>(prompt: Omit<ChoicePromptProps<Value>, 'onAnswer'>, io: CommandIo) {
  const { promptChoice } = await loadScreens(() => import('../ui/choice-prompt.tsx'))
  return promptChoice(prompt, { environment: io.environment, stdin: io.stdin, stdout: io.stderr })
}

/** For terminals that cannot move the cursor. */
async function askNumber<Value>(
  { question, choices }: Pick<ChoicePromptProps<Value>, 'question' | 'choices'>,
  io: CommandIo,
): Promise<PromptChoice<Value> | null> {
  const rows = choices.map(({ label }, index) => `  ${index + 1} ${label}`)
  const answer = await askLine([question, ...rows, `1 to ${choices.length}, or nothing to leave: `].join('\n'), io)
  return choices[Number.parseInt(answer, 10) - 1] ?? null
}

/**
 * Asks a yes-or-no question on the terminal.
 * @throws Problem (exit `unanswered`) where there is none; `without` says what to do then.
 */
export async function askYesNo(question: string, io: Terminal, without: string): Promise<boolean> {
  requireTerminal(question, io, without)
  return /^\s*y(es)?\s*$/i.test(await askLine(`${question} [y/N] `, io))
}

function requireTerminal(question: string, io: Terminal, without: string): void {
  if (io.stdin.isTTY && io.stderr.isTTY) return
  throw new Problem({
    what: 'There is a question open, and no terminal to ask in.',
    why: question,
    next: without,
    exit: 'unanswered',
  })
}

function left(cause?: unknown): Problem {
  return new Problem({ what: 'Left; nothing was changed.', exit: 'interrupted', cause })
}

/** One line that is typed. @throws Problem (exit `interrupted`) for Ctrl-C. */
async function askLine(question: string, io: Terminal): Promise<string> {
  const terminal = createInterface({ input: io.stdin, output: io.stderr })
  const interrupted = new AbortController()
  terminal.on('SIGINT', () => interrupted.abort())
  try {
    return await terminal.question(question, { signal: interrupted.signal })
  } catch (error) {
    if (interrupted.signal.aborted) throw left(error)
    throw error
  } finally {
    terminal.close()
  }
}
