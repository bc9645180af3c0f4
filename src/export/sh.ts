import { printableLine } from '../core/printable.ts'
import { shellQuote } from '../core/shell-quote.ts'
import type { Action, Plan } from '../plan/plan.ts'
import type { ExportTarget } from './export-target.ts'
import { checkLines } from './sh-checks.ts'
import { ShellContents } from './sh-contents.ts'
import { operationLines } from './sh-operations.ts'
import { shellPrelude, shellServePrelude } from './sh-prelude.ts'

/** The whole plan as a script. */
export const shell: ExportTarget = {
  file: (name) => `${name}.sh`,
  write: ({ plan, archives }) => planToShell(plan, archives),
}

/**
 * A plan as a POSIX shell script that does the same without rigup: needs sh, coreutils and curl. `archives` holds, as base64 of a
 * gzipped tar, the files and folders that come with rigup and are copied; those that are missing are copied from where they lie.
 * Pure.
 */
export function planToShell(plan: Plan, archives: ReadonlyMap<string, string> = new Map()): string {
  const contents = new ShellContents(archives)
  const steps = plan.actions.map((action) => stepLines(action, contents))
  const serves = plan.actions.some(({ operations }) => operations.some(({ kind }) => kind === 'serve'))
  const sections = [
    header(plan),
    shellPrelude,
    ...(serves ? [shellServePrelude] : []),
    ...steps.map((lines) => lines.join('\n')),
    ...contents.functions(),
    main(plan),
  ]
  return `${sections.join('\n\n')}\n`
}

function header({ recipe, untouched }: Plan): string {
  return [
    '#!/bin/sh',
    comment(`Made by rigup from the recipe ${recipe}; does the same without rigup.`),
    comment(
      'Run it as the user who will use the engine: sh THIS-FILE. What is done already is left alone, so it can be run again.',
    ),
    ...untouched.map(comment),
    'set -eu',
    'umask 022',
    '',
    comment('Settings of the shell that would make the same commands do something else.'),
    'unset PYTHONPATH PYTHONHOME VIRTUAL_ENV CONDA_PREFIX',
    `for name in $(env | sed -n 's/^\\(VLLM_[A-Z0-9_]*\\)=.*/\\1/p'); do unset "$name"; done`,
  ].join('\n')
}

function stepLines(action: Action, contents: ShellContents): string[] {
  const name = functionName(action.id)
  return [
    comment(action.title),
    comment(action.reason),
    ...shellFunction(`done_${name}`, checkLines(action.check, 'false', action.needsRoot, contents)),
    ...shellFunction(
      `do_${name}`,
      action.operations.flatMap((operation) => operationLines(operation, action.needsRoot, contents)),
    ),
    ...shellFunction(`verify_${name}`, checkLines(action.verify, 'true', action.needsRoot, contents)),
  ]
}

function shellFunction(name: string, body: readonly string[]): string[] {
  return [`${name}() {`, ...(body.length === 0 ? ['  :'] : body.map((line) => `  ${line}`)), '}']
}

function main({ actions }: Plan): string {
  const calls = actions.map(({ id, title, needsRoot, optional }) => {
    const verb = optional ? 'optional_step' : 'step'
    return `${verb} ${needsRoot ? 'as_root' : 'as_user'} ${functionName(id)} ${shellQuote(printableLine(title))}`
  })
  return [...calls, `say ${shellQuote('All done.')}`].join('\n')
}

function functionName(id: string): string {
  return id.replace(/[^A-Za-z0-9]/g, '_')
}

/** A comment is one line, whatever a recipe says. */
function comment(text: string): string {
  return `# ${printableLine(text)}`
}
