import type { Plan } from '../plan/plan.ts'
import type { JournalEvent } from './journal-event.ts'

export type ActionState = {
  readonly id: string
  /** stopped: begun and not brought to an end, by a stop, a crash or a power cut. */
  readonly status: 'waiting' | 'running' | 'done' | 'found-done' | 'failed' | 'skipped' | 'stopped' | 'undone'
  /** rigup began to change something, in whichever attempt, and has not taken it back: undo has work here. */
  readonly touched: boolean
  /** How long the last attempt took. */
  readonly seconds: number | null
  /** Why it failed or was skipped. */
  readonly why: string | null
}

export type RunState = {
  /** new: not begun. running is what the journal says; whether a process is behind it, the lock knows. */
  readonly status: 'new' | 'running' | 'undoing' | 'done' | 'failed' | 'stopped' | 'undone'
  readonly actions: readonly ActionState[]
  /** The user whose linger this run switched on, while it is on. */
  readonly lingeringUser: string | null
}

/** What a journal says about the actions of its plan. Pure: the same events give the same state. */
export function runState(plan: Plan, events: readonly JournalEvent[]): RunState {
  const actions = new Map<string, ActionState>(
    plan.actions.map(({ id }) => [id, { id, status: 'waiting', touched: false, seconds: null, why: null }]),
  )
  let status: RunState['status'] = 'new'
  let lingeringUser: string | null = null
  const update = (id: string, change: Partial<ActionState>): void => {
    const before = actions.get(id)
    if (before) actions.set(id, { ...before, ...change })
  }
  for (const event of events) {
    switch (event.type) {
      case 'run-started':
        status = 'running'
        // What the last attempt left open starts over; what is done stays done.
        for (const { id, status: before } of actions.values()) {
          if (before !== 'done' && before !== 'found-done') update(id, { status: 'waiting', why: null })
        }
        break
      case 'action-started':
        update(event.action, { status: 'running', touched: true, why: null })
        break
      case 'action-found-done':
        update(event.action, { status: 'found-done' })
        break
      case 'action-done':
        update(event.action, { status: 'done', seconds: event.seconds })
        break
      case 'action-failed':
        update(event.action, { status: 'failed', seconds: event.seconds, why: event.what })
        break
      case 'action-skipped':
        update(event.action, { status: 'skipped', why: event.why })
        break
      case 'undo-started':
        status = 'undoing'
        break
      case 'action-undone':
        update(event.action, { status: 'undone', touched: false })
        break
      case 'undo-failed':
        update(event.action, { why: event.what })
        break
      case 'linger-enabled':
        lingeringUser = event.user
        break
      case 'linger-disabled':
        lingeringUser = null
        break
      case 'run-finished':
        status = event.outcome
        for (const { id, status: before } of actions.values()) {
          if (before === 'running') update(id, { status: 'stopped' })
        }
        break
      case 'action-progress':
      case 'launch':
        break
    }
  }
  return { status, actions: [...actions.values()], lingeringUser }
}
