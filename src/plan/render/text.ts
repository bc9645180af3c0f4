import { formatBytes } from '../../core/bytes.ts'
import { printable, printableLine } from '../../core/printable.ts'
import { redact } from '../../core/redact.ts'
import { wrapWords } from '../../core/wrap-words.ts'
import { describeOperation } from '../describe.ts'
import type { Action, Plan } from '../plan.ts'

type PlanTextOptions = {
  /** Width in columns for what is prose; commands are never broken, so that they can be copied. */
  readonly columns: number
  /** Show every command, and what takes it back. */
  readonly commands: boolean
}

/** A plan for people: every action with its reason and commands, the sums, and what stays as it is. Pure; safe to print. */
export function planLines(plan: Plan, { columns, commands }: PlanTextOptions): string[] {
  const digits = String(plan.actions.length).length
  const indent = ' '.repeat(digits + 2)
  const width = Math.max(20, columns - indent.length)
  const actions = plan.actions.flatMap((action, index) => [
    `${String(index + 1).padStart(digits)}. ${heading(action)}`,
    ...wrap(action.reason, width).map((line) => indent + line),
    ...(commands ? commandLines(action, indent) : []),
    '',
  ])
  const untouched = plan.untouched.flatMap((sentence) =>
    wrap(sentence, columns - 2).map((line, index) => (index === 0 ? `- ${line}` : `  ${line}`)),
  )
  return [
    ...actions,
    ...wrap(summary(plan), columns),
    ...(untouched.length === 0 ? [] : ['', 'What stays as it is:', ...untouched]),
  ]
}

function heading({ title, needsRoot, optional, downloadBytes, diskBytes }: Action): string {
  const notes = [
    needsRoot ? 'root' : '',
    optional ? 'may fail' : '',
    downloadBytes ? `download ${formatBytes(downloadBytes)}` : '',
    diskBytes ? `disk ${formatBytes(diskBytes)}` : '',
  ].filter(Boolean)
  return `${clean(title)}${notes.length === 0 ? '' : `  [${notes.join(', ')}]`}`
}

function commandLines({ operations, undo, needsRoot }: Action, indent: string): string[] {
  const sign = needsRoot ? '#' : '$'
  return [
    ...operations.map((operation) => `${indent}${sign} ${describeOperation(operation)}`),
    ...undo.map((operation) => `${indent}undo ${sign} ${describeOperation(operation)}`),
  ].flatMap(cleanLines)
}

/** What a plan downloads, in words: `about 4.3 GiB`. Ollama pulls a model by a name that says no size before it is asked for. */
export function downloadWords({ actions }: Plan): string {
  const bytes = actions.reduce((total, { downloadBytes }) => total + (downloadBytes ?? 0), 0)
  const pullsModel = actions
    .flatMap(({ operations }) => operations)
    .some((one) => one.kind === 'serve' && one.serve.engine === 'ollama' && one.serve.purpose === 'model')
  const words = [bytes > 0 ? `about ${formatBytes(bytes)}` : '', pullsModel ? 'the model' : ''].filter(Boolean)
  return words.join(' and ') || 'nothing that is known'
}

function summary(plan: Plan): string {
  const { actions } = plan
  const sum = (of: (action: Action) => number | undefined): number =>
    actions.reduce((total, action) => total + (of(action) ?? 0), 0)
  const disk = sum(({ diskBytes }) => diskBytes)
  const asRoot = actions.filter(({ needsRoot }) => needsRoot).length
  const undoable = actions.filter(({ undo }) => undo.length > 0).length
  return [
    `${actions.length} actions, ${asRoot === 0 ? 'none' : asRoot} as root.`,
    `Download: ${downloadWords(plan)}.`,
    `Disk: ${disk === 0 ? 'not known' : `about ${formatBytes(disk)}`}.`,
    `rigup undo takes ${undoable} of them back.`,
  ].join(' ')
}

/** The further lines of a script in a command stand at the edge: indented, a copy of it would not run. */
function cleanLines(command: string): string[] {
  return command.split('\n').map(clean)
}

/** What a plan says comes partly from a recipe, which may come from anywhere. */
function clean(text: string): string {
  return redact(printableLine(text))
}

function wrap(text: string, width: number): string[] {
  return wrapWords(printable(text), width)
}
