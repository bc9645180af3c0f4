import { dirname } from 'node:path'
import { withoutCredentials } from '../core/redact.ts'
import { shellLine, shellQuote } from '../core/shell-quote.ts'
import { unpackArguments } from '../plan/describe.ts'
import type { Check, Operation } from '../plan/operation.ts'
import { normalisedName } from '../recipe/lock.ts'
import { checkLine, commandLine } from './sh-checks.ts'
import type { ShellContents } from './sh-contents.ts'
import { serveLines } from './sh-serve.ts'

type Fetch = Extract<Operation, { kind: 'fetch' }>

/** The lines of shell that carry one operation out; they end the script where they fail. */
export function operationLines(operation: Operation, needsRoot: boolean, contents: ShellContents): string[] {
  switch (operation.kind) {
    case 'run':
      return [runLine(operation, needsRoot, contents)]
    case 'pull':
      return [commandLine({ argv: [operation.tool, 'pull', operation.image] }, needsRoot)]
    case 'make-directory': {
      const path = shellQuote(operation.path)
      const chmod = operation.mode === undefined ? [] : [`"$as" chmod ${operation.mode.toString(8)} ${path}`]
      return [`"$as" mkdir -p -- ${path}`, ...chmod]
    }
    case 'write':
      return [
        `write_file ${shellQuote(operation.path)} ${(operation.mode ?? 0o644).toString(8)} ${contents.text(operation.content)}`,
      ]
    case 'make-key':
      return [`make_key ${shellQuote(operation.path)}`]
    case 'copy':
      return copyLines(operation.from, operation.to, contents)
    case 'add-line': {
      const verify = (operation.verify ?? []).map((word) => word.replaceAll('{file}', `${operation.path}.rigup-new`))
      return [['add_line', ...[operation.path, operation.line, ...verify].map(shellQuote)].join(' ')]
    }
    case 'remove-line':
      return [`remove_line ${shellQuote(operation.path)} ${shellQuote(operation.line)}`]
    case 'remove':
      return [where(operation.onlyIf, `remove ${shellQuote(operation.path)}`, needsRoot, contents)]
    case 'fetch':
      return fetchLines(operation)
    case 'extract':
      return [
        `extract ${shellLine([operation.archive, operation.member, operation.path])} ${(operation.mode ?? 0o644).toString(8)}`,
      ]
    case 'unpack': {
      const needs = operation.archive.endsWith('.zst')
        ? [`command -v zstd >/dev/null 2>&1 || fail ${shellQuote(`zstd is needed to unpack ${operation.archive}`)}`]
        : []
      return [...needs, commandLine({ argv: unpackArguments(operation) }, needsRoot)]
    }
    case 'serve':
      return serveLines(operation.serve)
  }
}

function runLine(operation: Extract<Operation, { kind: 'run' }>, needsRoot: boolean, contents: ShellContents): string {
  const { directory, onlyIf, allowFailure } = operation
  const command = commandLine(operation, needsRoot)
  const there = directory === undefined ? command : `(cd ${shellQuote(directory)} && ${command})`
  return where(onlyIf, allowFailure ? `${there} || say "   failed; it goes on without"` : there, needsRoot, contents)
}

function where(onlyIf: Check | undefined, line: string, needsRoot: boolean, contents: ShellContents): string {
  return onlyIf === undefined ? line : `if ${checkLine(onlyIf, needsRoot, contents)}; then ${line}; fi`
}

function copyLines(from: string, to: string, contents: ShellContents): string[] {
  const archive = contents.archive(from)
  const folder = shellQuote(dirname(to))
  if (archive === null) {
    // `cp -R folder/. target` fills the target whether it is there or not.
    return [
      `"$as" mkdir -p -- ${folder}`,
      `if "$as" test -d ${shellQuote(from)}; then "$as" mkdir -p -- ${shellQuote(to)}; "$as" cp -R -- ${shellQuote(`${from}/.`)} ${shellQuote(to)}; else "$as" cp -- ${shellQuote(from)} ${shellQuote(to)}; fi`,
    ]
  }
  return [`"$as" mkdir -p -- ${shellQuote(to)}`, `${archive} | "$as" tar -xzf - -C ${shellQuote(to)}`]
}

function fetchLines({ path, sha256, sources }: Fetch): string[] {
  const attempts = sources.map((source) => {
    const url =
      source.kind === 'url'
        ? shellQuote(withoutCredentials(source.url))
        : `"$(index_url ${shellLine([withoutCredentials(source.index), normalisedName(source.project), source.file])})"`
    return `fetch ${shellQuote(path)} ${sha256} ${url}`
  })
  return [
    ...attempts.map((attempt, index) => (index === 0 ? `${attempt} ||` : `  ${attempt} ||`)),
    `  fail ${shellQuote(`${path} could not be downloaded`)}`,
  ]
}
