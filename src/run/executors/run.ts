import { basename } from 'node:path'
import { homeOf } from '../../core/directories.ts'
import { Problem } from '../../core/problem.ts'
import { shellLine } from '../../core/shell-quote.ts'
import { describeCheck } from '../../plan/describe.ts'
import { holds } from '../checks.ts'
import type { OperationContext, OperationOf } from '../executor.ts'
import { indexCredentials } from '../index-credentials.ts'
import { outputLines } from '../output-lines.ts'
import { progressReader } from '../progress/readers.ts'
import { type ProcessResult, runProcess } from '../run-process.ts'
import { toolFailure } from './tool-failure.ts'

/** A command without a limit of its own is ended after this: a hang must not last for ever. Large downloads on slow lines fit in. */
const defaultTimeoutSeconds = 24 * 60 * 60

/** Runs a program: output to the log, progress to the journal, exit code 0 is success. */
export async function run(operation: OperationOf<'run'>, context: OperationContext): Promise<void> {
  const { argv, onlyIf, allowFailure } = operation
  if (onlyIf && !(await holds(onlyIf, context))) {
    return context.log(`not needed: ${shellLine(argv)} (${describeCheck(onlyIf)}: no)\n`)
  }
  try {
    await carryOut(operation, context)
  } catch (error) {
    context.signal.throwIfAborted()
    if (!allowFailure || !(error instanceof Problem)) throw error
    context.log(`${error.message} It goes on without.\n`)
  }
}

async function carryOut(operation: OperationOf<'run'>, context: OperationContext): Promise<void> {
  const read = operation.progress === undefined ? null : progressReader(operation.progress)
  const lines = outputLines((line) => {
    lastLines.push(line)
    if (lastLines.length > 20) lastLines.shift()
    const update = read?.(line) ?? null
    if (update !== null) context.progress(update)
  })
  const lastLines: string[] = []
  const timeoutSeconds = operation.timeoutSeconds ?? defaultTimeoutSeconds
  context.log(`$ ${shellLine(operation.argv)}\n`)
  const result = await runProcess({
    argv: operation.argv,
    environment: { ...context.environment, ...(await withCredentials(operation.environment, context)) },
    directory: operation.directory ?? homeOf(context.environment),
    timeoutSeconds,
    signal: context.signal,
    onOutput(chunk) {
      context.log(chunk)
      lines.write(chunk)
    },
  })
  lines.end()
  context.signal.throwIfAborted()
  if (result.kind === 'exited' && result.code === 0) return
  throw failure(operation, result, timeoutSeconds, lastLines, context)
}

/** The operation's variables; those that name package indexes get the operator's credentials for them. */
async function withCredentials(
  variables: Readonly<Record<string, string>> = {},
  context: OperationContext,
): Promise<Record<string, string>> {
  const names = ['UV_DEFAULT_INDEX', 'UV_INDEX', 'UV_FIND_LINKS'].filter((name) => variables[name]?.includes('://'))
  if (names.length === 0) return { ...variables }
  const add = await indexCredentials(context.environment)
  return { ...variables, ...Object.fromEntries(names.map((name) => [name, add(variables[name] ?? '')])) }
}

function failure(
  { argv }: OperationOf<'run'>,
  result: ProcessResult,
  timeoutSeconds: number,
  lastLines: readonly string[],
  { logFile }: OperationContext,
): Problem {
  const name = basename(argv[0] ?? '')
  const said = lastLines.findLast((line) => /error|fail|cannot|denied|refused|not found|no space/i.test(line))
  const why = said ?? lastLines.at(-1)
  switch (result.kind) {
    case 'not-started':
      return new Problem({
        what: result.missing ? `${name} is not installed here.` : `${name} could not be started.`,
        why: result.missing ? `There is no program ${argv[0]}.` : result.message,
        next: `install ${name}, then try again`,
        log: logFile,
        exit: 'machine',
      })
    case 'timed-out':
      return new Problem({
        what: `${name} was ended because it took longer than ${timeoutSeconds} s.`,
        why,
        log: logFile,
        exit: 'failed',
      })
    case 'killed':
      return new Problem({
        what: `${name} was ended from outside (${result.by}).`,
        why: result.by === 'SIGKILL' ? 'Often the kernel does this when memory runs out; see dmesg.' : why,
        log: logFile,
        exit: 'failed',
      })
    case 'aborted':
    case 'exited': {
      const known = toolFailure(name, lastLines)
      if (known !== null) return new Problem({ ...known, log: logFile })
      return new Problem({
        what: `${name} failed${result.kind === 'exited' ? ` with exit code ${result.code}` : ''}.`,
        why,
        next: 'read the log of this action, then try again',
        log: logFile,
        exit: 'failed',
      })
    }
  }
}
