import type { Plan } from '../../plan/plan.ts'
import type { JournalEvent } from '../../run/journal-event.ts'
import type { ActionState, RunState } from '../../run/run-state.ts'
import { type Progress, remainingSeconds } from '../components/progress-text.ts'

/** One action of a run as the install screen shows it. Times are milliseconds since 1970. */
export type ActionView = {
  readonly id: string
  readonly title: string
  readonly needs: readonly string[]
  readonly optional: boolean
  readonly state: ActionState['status']
  readonly startedAt: number | null
  /** How long it took; null until it ended. */
  readonly seconds: number | null
  /** The file with its output; null until it began. */
  readonly log: string | null
  /** What it is doing, in its own words; empty: it does not say. */
  readonly text: string
  readonly samples: readonly Sample[]
  readonly totalBytes: number | null
  /** Why it failed or was skipped. */
  readonly problem: {
    readonly what: string
    readonly why?: string | undefined
    readonly next?: string | undefined
  } | null
}

/** Bytes done at a time. */
type Sample = { readonly at: number; readonly doneBytes: number }

export type RunView = {
  readonly recipe: string
  /** interrupted: its process is gone, and its journal has no end. */
  readonly status: RunState['status'] | 'interrupted'
  readonly startedAt: number | null
  readonly finishedAt: number | null
  /** In the order of the plan. */
  readonly actions: readonly ActionView[]
}

/** A run of which nothing is known yet. */
export function newRunView(plan: Plan): RunView {
  return {
    recipe: plan.recipe,
    status: 'new',
    startedAt: null,
    finishedAt: null,
    actions: plan.actions.map(({ id, title, needs, optional }) => ({
      id,
      title,
      needs,
      optional,
      state: 'waiting',
      startedAt: null,
      seconds: null,
      log: null,
      text: '',
      samples: [],
      totalBytes: null,
      problem: null,
    })),
  }
}

/** What a journal says about its plan. */
export function runView(events: readonly JournalEvent[], plan: Plan): RunView {
  return events.reduce(reduceRun, newRunView(plan))
}

/** The view of a run whose process is gone: what was under way is no longer. Pure. */
export function interruptedRun(view: RunView, at: number): RunView {
  return {
    ...view,
    status: 'interrupted',
    finishedAt: at,
    actions: view.actions.map((action) => (action.state === 'running' ? { ...action, state: 'stopped' } : action)),
  }
}

/** The view after one more event. Events of actions that the plan does not have change nothing. */
export function reduceRun(view: RunView, event: JournalEvent): RunView {
  const at = Date.parse(event.at)
  switch (event.type) {
    case 'run-started':
      return {
        ...view,
        status: 'running',
        startedAt: at,
        finishedAt: null,
        actions: view.actions.map((action) => (isDone(action) ? action : { ...action, ...fresh })),
      }
    case 'action-started':
      return changed(view, event.action, { ...fresh, state: 'running', startedAt: at, log: event.log })
    case 'action-found-done':
      return changed(view, event.action, { state: 'found-done', problem: null })
    case 'action-progress':
      return changed(view, event.action, (action) => ({
        text: event.text,
        totalBytes: event.totalBytes ?? null,
        samples: event.doneBytes === undefined ? [] : sampled(action.samples, { at, doneBytes: event.doneBytes }),
      }))
    case 'action-done':
      return changed(view, event.action, { state: 'done', seconds: event.seconds, problem: null })
    case 'action-failed':
      return changed(view, event.action, { state: 'failed', seconds: event.seconds, problem: event })
    case 'action-skipped':
      return changed(view, event.action, { state: 'skipped', problem: { what: event.why } })
    case 'undo-started':
      return { ...view, status: 'undoing', startedAt: at, finishedAt: null }
    case 'action-undone':
      return changed(view, event.action, { state: 'undone', problem: null })
    case 'undo-failed':
      return changed(view, event.action, { problem: event })
    case 'run-finished':
      return {
        ...view,
        status: event.outcome,
        finishedAt: at,
        actions: view.actions.map((action) => (action.state === 'running' ? { ...action, state: 'stopped' } : action)),
      }
    case 'launch':
    case 'linger-enabled':
    case 'linger-disabled':
      return view
  }
}

const fresh = {
  state: 'waiting',
  startedAt: null,
  seconds: null,
  text: '',
  samples: [],
  totalBytes: null,
  problem: null,
} as const

function isDone({ state }: ActionView): boolean {
  return state === 'done' || state === 'found-done'
}

type Change = Partial<ActionView> | ((action: ActionView) => Partial<ActionView>)

function changed(view: RunView, id: string, change: Change): RunView {
  return {
    ...view,
    actions: view.actions.map((action) =>
      action.id === id ? { ...action, ...(typeof change === 'function' ? change(action) : change) } : action,
    ),
  }
}

/** Rates are taken over this time: short enough to follow a change, long enough to be calm. */
const rateWindow = 10_000

/** Adds a sample; what is too old goes, and what was counted before a new start (fewer bytes than before) does too. */
function sampled(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const last = samples.at(-1)
  if (last && last.doneBytes > sample.doneBytes) return [sample]
  const kept = samples.filter(({ at }) => sample.at - at <= rateWindow)
  // Without one from before the window, a slow download would have no rate at all.
  return [...(kept.length === 0 && last ? [last] : kept), sample]
}

/** Bytes and rate of an action; null where it does not count bytes. */
export function progressOf({ samples, totalBytes }: ActionView): Progress | null {
  const [first, last] = [samples[0], samples.at(-1)]
  if (!first || !last) return null
  const seconds = (last.at - first.at) / 1000
  const bytesPerSecond = seconds >= 1 ? (last.doneBytes - first.doneBytes) / seconds : null
  return { doneBytes: last.doneBytes, totalBytes, bytesPerSecond }
}

export function doneCount(view: RunView): number {
  return view.actions.filter(isDone).length
}

/** Titles of the actions that this one still waits for. */
export function waitsFor(view: RunView, action: ActionView): string[] {
  return view.actions.filter((other) => action.needs.includes(other.id) && !isDone(other)).map((other) => other.title)
}

/** Seconds until the run is through; null unless every action that is left is under way and says how far it is. */
export function remainingOf(view: RunView): number | null {
  const left = view.actions.filter((action) => action.state === 'waiting' || action.state === 'running')
  if (view.status !== 'running' || left.length === 0) return null
  const seconds = left.map((action) => (action.state === 'running' ? remainingSeconds(progressOf(action) ?? {}) : null))
  return seconds.reduce<number | null>(
    (most, each) => (most === null || each === null ? null : Math.max(most, each)),
    0,
  )
}
