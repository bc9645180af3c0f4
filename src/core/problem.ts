/** Exit codes of every command; documented in the README. */
export const exitCodes = {
  ok: 0,
  /** The work was carried out and did not succeed: an action failed, the engine did not start, the answer was wrong. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** A file given (recipe, machine, log) is missing, unreadable, newer than this rigup, or does not match its schema. */
  input: 3,
  /** The machine cannot do what was asked: wrong hardware, no rights, no space, a port in use. */
  machine: 4,
  /** Something outside did not answer: network, index, registry, hub. */
  network: 5,
  /** A question is open and there is nobody to answer it (no terminal, no --yes). */
  unanswered: 6,
  /** Another run holds the journal. */
  busy: 7,
  /** A defect of rigup. */
  defect: 70,
  /** Ctrl-C. */
  interrupted: 130,
} as const

export type ExitName = keyof typeof exitCodes

export type ProblemInput = {
  /** What happened, in one sentence, present tense, without a trailing stack. */
  what: string
  /** Why, where it is known. */
  why?: string | undefined
  /** What to do next: a sentence or a command. */
  next?: string | undefined
  /** The file that holds the whole story. */
  log?: string | undefined
  exit: ExitName
  cause?: unknown
}

/** An error meant for the operator. Everything else that is thrown is a defect of rigup. */
export class Problem extends Error {
  readonly why: string | undefined
  readonly next: string | undefined
  readonly log: string | undefined
  readonly exit: ExitName

  constructor({ what, why, next, log, exit, cause }: ProblemInput) {
    super(what, cause === undefined ? undefined : { cause })
    this.name = 'Problem'
    this.why = why
    this.next = next
    this.log = log
    this.exit = exit
  }
}

/** The lines that tell an operator about a problem: what, why, next, log. */
export function problemLines(problem: Problem): string[] {
  const lines = [problem.message]
  if (problem.why) lines.push(`why:  ${problem.why}`)
  if (problem.next) lines.push(`next: ${problem.next}`)
  if (problem.log) lines.push(`log:  ${problem.log}`)
  return lines
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** True for a Node.js system error with that code (ENOENT, EACCES, ...). */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code)
}
