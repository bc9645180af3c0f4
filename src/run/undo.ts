import type { Action, Plan } from '../plan/plan.ts'
import type { Performer } from './action-message.ts'
import type { Journal } from './journal.ts'
import type { ActionState, RunState } from './run-state.ts'
import type { Outcome } from './runner.ts'

export type UndoStep = {
  readonly action: Action
  /** It never came to its end, so some of it may not be there. */
  readonly isPartial: boolean
}

/** What of a run can be taken back, in the order to do it: what rigup itself changed, the last first. Pure. */
export function undoSteps(plan: Plan, state: Pick<RunState, 'actions'>): UndoStep[] {
  const states = new Map<string, ActionState>(state.actions.map((action) => [action.id, action]))
  return plan.actions.toReversed().flatMap((action) => {
    const { touched = false, status = 'waiting' } = states.get(action.id) ?? {}
    return touched && action.undo.length > 0 ? [{ action, isPartial: status !== 'done' }] : []
  })
}

type UndoOptions = {
  readonly steps: readonly UndoStep[]
  readonly journal: Journal
  readonly perform: Performer
  readonly signal: AbortSignal
}

/** Takes the steps back one after the other; one that fails does not keep the others from it. */
export async function undoPlan({ steps, journal, perform, signal }: UndoOptions): Promise<Outcome | 'undone'> {
  let outcome: Outcome | 'undone' = 'undone'
  for (const { action, isPartial } of steps) {
    if (signal.aborted) return 'stopped'
    const { id } = action
    const written: Promise<void>[] = []
    await perform(
      action,
      isPartial ? 'undo-partly' : 'undo',
      (message) => {
        if (message.type === 'done') written.push(journal.append({ type: 'action-undone', action: id }))
        if (message.type !== 'failed') return
        outcome = 'failed'
        const { exit: _, ...failure } = message.failure
        written.push(journal.append({ type: 'undo-failed', action: id, ...failure }))
      },
      signal,
    )
    await Promise.all(written)
  }
  return signal.aborted ? 'stopped' : outcome
}
