import { withoutCredentials } from '../core/redact.ts'
import { shellLine, shellQuote } from '../core/shell-quote.ts'
import type { Check, Operation } from './operation.ts'

/** A check as the end of "this holds: ...". */
export function describeCheck(check: Check): string {
  switch (check.kind) {
    case 'path-exists':
      return `${check.path} exists`
    case 'file-sha256':
      return `${check.path} has the SHA-256 ${check.sha256}`
    case 'file-has-line':
      return `${check.path} has the line "${check.line}"`
    case 'file-is':
      return `${check.path} has exactly the planned content`
    case 'command': {
      const end = check.contains === undefined ? 'succeeds' : `succeeds and prints "${check.contains}"`
      return `${shellLine(check.argv)} ${end}`
    }
  }
}

/** The command that unpacks an archive where tar finds its decompressors. */
export function unpackArguments({ archive, directory, strip = 0 }: Extract<Operation, { kind: 'unpack' }>): string[] {
  return [
    'tar',
    archive.endsWith('.zst') ? '--zstd' : '-z',
    '-xf',
    archive,
    '-C',
    directory,
    `--strip-components=${strip}`,
  ]
}

/** An operation as one line: the command itself where it is one, else what happens in the same style. */
export function describeOperation(operation: Operation): string {
  switch (operation.kind) {
    case 'run':
      return [
        ...assignments(operation.environment),
        shellLine(operation.argv),
        ...where(operation.onlyIf),
        ...(operation.allowFailure ? ['  # may fail'] : []),
      ].join(' ')
    case 'pull':
      return shellLine([operation.tool, 'pull', operation.image])
    case 'make-directory':
      return shellLine(['mkdir', '-p', ...mode(operation.mode, '-m'), operation.path])
    case 'write':
      return `write ${shellQuote(operation.path)} (${operation.content.split('\n').length - 1} lines${modeNote(operation.mode)})`
    case 'make-key':
      return `make a random key in ${shellQuote(operation.path)} (mode 600)`
    case 'copy':
      return shellLine(['cp', '-R', operation.from, operation.to])
    case 'add-line':
      return `add to ${shellQuote(operation.path)}: ${operation.line}`
    case 'remove-line':
      return `take out of ${shellQuote(operation.path)}: ${operation.line}`
    case 'remove':
      return [shellLine(['rm', '-rf', '--', operation.path]), ...where(operation.onlyIf)].join(' ')
    case 'fetch': {
      const [source] = operation.sources
      const from = source === undefined ? '' : source.kind === 'url' ? source.url : `${source.index} ${source.file}`
      return `download ${shellQuote(operation.path)} from ${withoutCredentials(from)} (SHA-256 ${operation.sha256.slice(0, 12)}...)`
    }
    case 'extract':
      return shellLine(['unzip', '-p', operation.archive, operation.member, '>', operation.path]).replace(
        " '>' ",
        ' > ',
      )
    case 'unpack':
      return shellLine(unpackArguments(operation))
    case 'serve':
      return [
        ...assignments(operation.serve.environment),
        shellLine(operation.serve.argv),
        ...(operation.serve.endsAsWhole ? ['  # with memory.oom.group=1'] : []),
      ].join(' ')
  }
}

/** A comment, so that the line can be copied as it is. */
function where(onlyIf: Check | undefined): string[] {
  return onlyIf === undefined ? [] : [`  # where ${describeCheck(onlyIf)}`]
}

function assignments(environment: Readonly<Record<string, string>> | undefined): string[] {
  return environment === undefined
    ? []
    : Object.entries(environment).map(([name, value]) => `${name}=${shellQuote(value)}`)
}

function mode(value: number | undefined, flag: string): string[] {
  return value === undefined ? [] : [flag, value.toString(8)]
}

function modeNote(value: number | undefined): string {
  return value === undefined ? '' : `, mode ${value.toString(8)}`
}
