import { formatSeconds } from '../core/durations.ts'
import { printableLine } from '../core/printable.ts'
import type { Plan } from '../plan/plan.ts'
import type { JournalEvent } from '../run/journal-event.ts'
import type { LaunchEvent } from '../run/launch-event.ts'
import { progressText } from './components/progress-text.ts'
import { type Signs, signsOf } from './signs.ts'
import { terminalOf } from './terminal.ts'
import { doneCount, newRunView, progressOf, type RunView, reduceRun } from './views/run-view.ts'

/** Progress of one action is told at most this often, by the journal's own clock. */
const secondsBetweenProgress = 10

type PlainRendererOptions = {
  /** By default what the environment says. */
  readonly unicode?: boolean
  /** Where the logs lie; absent: they are named as the journal does, from the run's folder on. */
  readonly runDirectory?: string
}

/**
 * Tells a run in lines, for logs and for screen readers: one calm line an event, each with a sign and words, never a
 * colour, nothing redrawn. Gives a function that takes the journal's events in their order.
 */
export function plainRenderer(
  plan: Plan,
  write: (line: string) => void,
  options: PlainRendererOptions = {},
): (event: JournalEvent) => void {
  const { unicode = terminalOf(process.env, process.stderr).unicode } = options
  const signs = signsOf(unicode)
  const toldAt = new Map<string, number>()
  let view = newRunView(plan)
  return (event) => {
    view = reduceRun(view, event)
    if (event.type === 'action-progress') {
      const at = Date.parse(event.at)
      const last = toldAt.get(event.action)
      if (last !== undefined && at - last < secondsBetweenProgress * 1000) return
      toldAt.set(event.action, at)
    }
    for (const line of linesOf(event, view, signs, options.runDirectory)) write(printableLine(line))
  }
}

function linesOf(event: JournalEvent, view: RunView, signs: Signs, folder?: string): string[] {
  const action = 'action' in event ? view.actions.find(({ id }) => id === event.action) : undefined
  const title = action?.title ?? ('action' in event ? event.action : '')
  switch (event.type) {
    case 'run-started':
      return [`${signs.running} ${view.actions.length} actions${before(doneCount(view))}`]
    case 'action-started':
      return [`${signs.running} ${title}`]
    case 'action-found-done':
      return [`${signs.done} ${title}: was done before`]
    case 'action-progress': {
      const figures = progressText((action && progressOf(action)) ?? {})
      return [`  ${title}: ${[event.text, figures].filter((part) => part !== '').join('   ')}`]
    }
    case 'action-done':
      return [`${signs.done} ${title}: ${formatSeconds(event.seconds)}`]
    case 'action-failed':
      return [
        ...failureLines(`${title}: ${event.what}`, event, signs),
        ...(action?.log ? [`  log:  ${folder === undefined ? '' : `${folder}/`}${action.log}`] : []),
      ]
    case 'action-skipped':
      return [`${signs.skipped} ${title}: skipped, ${event.why}`]
    case 'undo-started':
      return [`${signs.running} taking back what was done`]
    case 'action-undone':
      return [`${signs.done} ${title}: taken back`]
    case 'undo-failed':
      return failureLines(`${title}: could not be taken back, ${event.what}`, event, signs)
    case 'linger-enabled':
      return [`${signs.note} what ${event.user} runs goes on after logging out`]
    case 'linger-disabled':
      return [`${signs.note} what ${event.user} runs ends with logging out again`]
    case 'launch':
      return launchLines(event.event, signs)
    case 'run-finished':
      return [endLine(event.outcome, view, signs)]
  }
}

function before(done: number): string {
  return done === 0 ? '' : `, ${done} of them done before`
}

type Reasons = { readonly why?: string | undefined; readonly next?: string | undefined }

function failureLines(what: string, { why, next }: Reasons, signs: Signs): string[] {
  return [`${signs.failed} ${what}`, ...(why ? [`  why:  ${why}`] : []), ...(next ? [`  next: ${next}`] : [])]
}

function launchLines(event: LaunchEvent, signs: Signs): string[] {
  switch (event.type) {
    case 'spawned':
      return [
        `  engine: started with ${event.model} on ${event.host}:${event.port}, process ${event.pid}`,
        `  log:    ${event.log}`,
      ]
    case 'phase':
      return [`  engine: ${event.text}`]
    case 'ready':
      return [`  engine: answers after ${formatSeconds(event.seconds)}`]
    case 'generating':
      return []
    case 'generated':
      return [
        `${event.matches ? signs.done : signs.failed} answer: ${event.text}`,
        ...(event.matches ? [] : [`  expected: ${event.expected ?? 'any text'}`]),
        `  first token after ${event.firstTokenMilliseconds.toFixed(0)} ms, ${event.tokensPerSecond.toFixed(1)} tokens/s, ${event.completionTokens} tokens`,
      ]
    case 'stopped':
      return [`  engine: stopped after ${formatSeconds(event.seconds)}`]
    case 'kept':
      return [`  engine: left running, process ${event.pid}`]
    case 'exited':
      return [`${signs.failed} engine: ended by itself (${event.signal ?? `exit code ${event.code ?? 'unknown'}`})`]
  }
}

function endLine(outcome: 'done' | 'failed' | 'stopped' | 'undone', view: RunView, signs: Signs): string {
  const seconds = view.startedAt === null || view.finishedAt === null ? 0 : (view.finishedAt - view.startedAt) / 1000
  const count = `${doneCount(view)} of ${view.actions.length} done in ${formatSeconds(seconds)}`
  const words = {
    done: `${signs.done} finished: ${count}`,
    failed: `${signs.failed} not finished: ${count}`,
    stopped: `${signs.warning} stopped: ${count}`,
    undone: `${signs.done} taken back`,
  }
  return words[outcome]
}
