import { shellLine, shellQuote } from '../core/shell-quote.ts'
import type { Check } from '../plan/operation.ts'
import type { ShellContents } from './sh-contents.ts'

/** Lines of a function that is true where all checks hold; `empty` is its whole body where there are none. */
export function checkLines(
  checks: readonly Check[],
  empty: 'true' | 'false',
  needsRoot: boolean,
  contents: ShellContents,
): string[] {
  if (checks.length === 0) return [empty]
  return checks.map((check, index) => {
    const line = checkLine(check, needsRoot, contents)
    return index === checks.length - 1 ? line : `${line} &&`
  })
}

/** A check as a command of the shell. */
export function checkLine(check: Check, needsRoot: boolean, contents: ShellContents): string {
  switch (check.kind) {
    case 'path-exists':
      return `"$as" test -e ${shellQuote(check.path)}`
    case 'file-sha256':
      return `has_sha256 ${shellQuote(check.path)} ${check.sha256}`
    case 'file-has-line':
      return `has_line ${shellQuote(check.path)} ${shellQuote(check.line)}`
    case 'file-is':
      return `has_content ${shellQuote(check.path)} ${contents.text(check.content)}`
    case 'command': {
      const test = check.contains === undefined ? 'quietly' : `prints ${shellQuote(check.contains)}`
      return `${test} ${commandLine(check, needsRoot)}`
    }
  }
}

type Command = {
  readonly argv: readonly string[]
  readonly environment?: Readonly<Record<string, string>> | undefined
  readonly timeoutSeconds?: number | undefined
}

/** A command with its variables, its time limit, and sudo where it needs root. */
export function commandLine({ argv, environment = {}, timeoutSeconds }: Command, needsRoot: boolean): string {
  const variables = Object.entries(environment)
  return [
    ...(needsRoot ? ['as_root'] : []),
    ...(variables.length === 0 ? [] : ['env', ...variables.map(([name, value]) => `${name}=${shellQuote(value)}`)]),
    ...(timeoutSeconds === undefined ? [] : ['timeout', String(timeoutSeconds)]),
    shellLine(argv),
  ].join(' ')
}
