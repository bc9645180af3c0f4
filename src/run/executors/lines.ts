import { readFile } from 'node:fs/promises'
import { hasCode, Problem } from '../../core/problem.ts'
import { shellLine } from '../../core/shell-quote.ts'
import type { OperationContext, OperationOf } from '../executor.ts'
import { replaceFile } from '../replace-file.ts'
import { runProcess } from '../run-process.ts'
import { asProblem } from './file-problem.ts'

const verifyTimeoutSeconds = 60

/** Adds a line to a file unless it is there. */
export async function addLine(operation: OperationOf<'add-line'>, context: OperationContext): Promise<void> {
  const { path, line, verify } = operation
  const content = await contentOf(path)
  if (content.split('\n').includes(line)) return context.log(`${path} has the line already: ${line}\n`)
  context.log(`add to ${path}: ${line}\n`)
  const glue = content === '' || content.endsWith('\n') ? '' : '\n'
  await asProblem(path, () =>
    replaceFile(path, `${content}${glue}${line}\n`, {
      ...(verify === undefined ? {} : { verify: (file) => accept(verify, file, path, context) }),
    }),
  )
}

/** Takes a line out of a file, wherever it stands; a file that has no such line stays as it is. */
export async function removeLine({ path, line }: OperationOf<'remove-line'>, context: OperationContext): Promise<void> {
  const lines = (await contentOf(path)).split('\n')
  if (!lines.includes(line)) return context.log(`${path} does not have the line: ${line}\n`)
  context.log(`take out of ${path}: ${line}\n`)
  await asProblem(path, () => replaceFile(path, lines.filter((other) => other !== line).join('\n')))
}

async function accept(verify: readonly string[], file: string, path: string, context: OperationContext): Promise<void> {
  const argv = verify.map((word) => word.replaceAll('{file}', file))
  let output = ''
  const result = await runProcess({
    argv,
    environment: context.environment,
    timeoutSeconds: verifyTimeoutSeconds,
    signal: context.signal,
    onOutput(chunk) {
      context.log(chunk)
      output += chunk.toString('utf8')
    },
  })
  if (result.kind === 'exited' && result.code === 0) return
  throw new Problem({
    what: `The new ${path} was not accepted, so the old one stays.`,
    why: `${shellLine(argv)} says: ${output.trim().split('\n').at(-1) || result.kind}`,
    next: `look at ${path}: it may hold a mistake already`,
    log: context.logFile,
    exit: 'machine',
  })
}

async function contentOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return ''
    throw error
  }
}
