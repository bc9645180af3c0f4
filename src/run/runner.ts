import type { Action, Plan } from '../plan/plan.ts'
import type { ActionMessage, Failure, Intent, Performer } from './action-message.ts'
import type { Journal } from './journal.ts'
import type { UnstampedEvent } from './journal-event.ts'
import type { ActionState, RunState } from './run-state.ts'

export type Outcome = 'done' | 'failed' | 'stopped'

type RunnerOptions = {
  readonly plan: Plan
  readonly journal: Journal
  /** What the journal says so far: with it, a run goes on where it ended. */
  readonly before: RunState
  readonly perform: Performer
  readonly signal: AbortSignal
  /** Once aborted, what is under way comes to its end and nothing more begins. */
  readonly pause?: AbortSignal
}

type Result = 'done' | 'failed' | 'stopped'

/**
 * Carries a plan out in the order of its needs: one action at a time, and beside it those that say they may run beside others. A failure
 * ends the run once what is under way has ended, unless the action is optional; either way, what needs the failed action is skipped.
 */
export async function runPlan(options: RunnerOptions): Promise<Outcome> {
  const { plan, journal, signal, pause } = options
  const before = new Map(options.before.actions.map((state) => [state.id, state]))
  const results = new Map<string, Result | 'skipped'>()
  const running = new Map<string, Promise<void>>()
  let isFailed = false

  const start = (action: Action): void => {
    const work = carryOut(action, before.get(action.id), options).then((result) => {
      results.set(action.id, result)
      running.delete(action.id)
      if (result === 'failed' && !action.optional) isFailed = true
    })
    running.set(action.id, work)
  }

  for (;;) {
    await skipWhatCannotRun(plan, results, running, journal)
    const waiting = plan.actions.filter(({ id }) => !results.has(id) && !running.has(id))
    const ready = waiting.filter(({ needs }) => needs.every((id) => results.get(id) === 'done'))
    if (!signal.aborted && !pause?.aborted && !isFailed) {
      for (const action of ready.filter(({ beside }) => beside)) start(action)
      const isMainLaneBusy = plan.actions.some(({ id, beside }) => !beside && running.has(id))
      const next = ready.find(({ beside }) => !beside)
      if (!isMainLaneBusy && next) start(next)
    }
    if (running.size === 0) break
    await Promise.race(running.values())
  }
  if (isFailed) return 'failed'
  const isCut = plan.actions.some(({ id }) => !results.has(id))
  return signal.aborted || isCut ? 'stopped' : 'done'
}

async function skipWhatCannotRun(
  plan: Plan,
  results: Map<string, Result | 'skipped'>,
  running: ReadonlyMap<string, unknown>,
  journal: Journal,
): Promise<void> {
  // The plan is in order, so one pass also reaches what needs a skipped action.
  for (const { id, needs } of plan.actions) {
    if (results.has(id) || running.has(id)) continue
    const missing = needs.find((need) => ['failed', 'skipped'].includes(results.get(need) ?? ''))
    if (missing === undefined) continue
    results.set(id, 'skipped')
    const title = plan.actions.find((other) => other.id === missing)?.title ?? missing
    const how = results.get(missing) === 'failed' ? 'failed' : 'was skipped'
    await journal.append({ type: 'action-skipped', action: id, why: `needs "${title}", which ${how}` })
  }
}

/** Carries one action out and writes all that it tells into the journal. */
async function carryOut(action: Action, before: ActionState | undefined, options: RunnerOptions): Promise<Result> {
  const wasDone = before?.status === 'done' || before?.status === 'found-done'
  // What was done and cannot be asked about stays done.
  if (wasDone && action.check.length + action.verify.length === 0) return 'done'
  const intent: Intent = wasDone ? 'again' : 'do'
  const since = performance.now()
  const note = eventWriter(action, options.journal, () => (performance.now() - since) / 1000)
  let result: Result = 'stopped'
  await options.perform(
    action,
    intent,
    (message) => {
      if (message.type === 'done' || message.type === 'found-done') result = 'done'
      if (message.type === 'failed') result = 'failed'
      if (wasDone && message.type === 'found-done') return
      // An earlier attempt did it and was cut off before it could say so: rigup's own work, which undo takes back.
      note(message.type === 'found-done' && before?.touched ? { type: 'done' } : message)
    },
    options.signal,
  )
  await note.written()
  return result
}

const progressMilliseconds = 250

type EventWriter = ((message: ActionMessage) => void) & { written: () => Promise<void> }

/** Turns what an action tells into journal events; of progress only the newest, a few times a second. */
function eventWriter(action: Action, journal: Journal, seconds: () => number): EventWriter {
  let written: Promise<void> = Promise.resolve()
  let lastProgress = Number.NEGATIVE_INFINITY
  let held: UnstampedEvent | null = null
  const append = (event: UnstampedEvent): void => {
    const appended = journal.append(event)
    written = Promise.all([written, appended]).then(() => undefined)
    // The rejection is seen where `written` is awaited.
    written.catch(() => undefined)
  }
  const write = (message: ActionMessage): void => {
    const event = eventOf(message, action, seconds())
    if (event === null) return
    if (event.type === 'action-progress' && performance.now() - lastProgress < progressMilliseconds) {
      held = event
      return
    }
    if (event.type === 'action-progress') lastProgress = performance.now()
    else if (held !== null) append(held)
    held = null
    append(event)
  }
  return Object.assign(write, { written: () => written })
}

function eventOf(message: ActionMessage, { id }: Action, seconds: number): UnstampedEvent | null {
  switch (message.type) {
    case 'found-done':
      return { type: 'action-found-done', action: id }
    case 'started':
      return { type: 'action-started', action: id, log: `logs/${id}.log` }
    case 'progress': {
      const { type: _, ...update } = message
      return { type: 'action-progress', action: id, ...update }
    }
    case 'launch':
      return { type: 'launch', action: id, event: message.event }
    case 'done':
      return { type: 'action-done', action: id, seconds }
    case 'failed':
      return failed(id, seconds, message.failure)
    case 'stopped':
      return null
  }
}

function failed(action: string, seconds: number, failure: Failure): UnstampedEvent {
  return { type: 'action-failed', action, seconds, ...failure }
}
