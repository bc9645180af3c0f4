import { useState } from 'react'
import { type Binding, bind, type Command, commands } from '../keys/commands.ts'
import { useKeys } from '../keys/use-keys.ts'
import type { ActionView, RunView } from './run-view.ts'

/** What the operator can do with a run; what is absent is not offered. */
export type RunControls = {
  /** Goes on with a run that failed or was stopped. */
  readonly retry?: () => void
  readonly edit?: () => void
  /** Takes back what the run did; asked for first. */
  readonly undo?: () => void
  /** Lets what runs come to its end, and begins nothing more. */
  readonly pause?: () => void
  readonly stop?: () => void
  /** Leaves the screen; the run goes on. */
  readonly leave?: () => void
  /** Offered once the run is through. */
  readonly next?: () => void
}

/** Binds the keys of a run. Gives what is open now: the question about undo, or a pause that waits for what runs. */
export function useRunKeys(
  view: RunView,
  failed: ActionView | undefined,
  controls: RunControls,
): 'undo' | 'pause' | null {
  const [open, setOpen] = useState<'undo' | 'pause' | null>(null)
  if (open === 'pause' && view.status !== 'running') setOpen(null)
  useKeys(
    controlKeys(view, failed, controls, {
      undo: () => setOpen('undo'),
      pause: () => {
        setOpen('pause')
        controls.pause?.()
      },
      isPausing: open === 'pause',
    }),
  )
  const takeBack = () => {
    setOpen(null)
    controls.undo?.()
  }
  useKeys(
    [
      bind(commands.apply, takeBack, { label: 'take it back', help: 'Take back what rigup did in this run.' }),
      bind(commands.cancel, () => setOpen(null), { label: 'leave it', help: 'Leave everything as it is.' }),
    ],
    { layer: 'dialog', exclusive: true, active: open === 'undo' },
  )
  return open
}

type Asking = { readonly undo: () => void; readonly pause: () => void; readonly isPausing: boolean }

function controlKeys(view: RunView, failed: ActionView | undefined, controls: RunControls, asking: Asking): Binding[] {
  const running = view.status === 'running'
  const isStopped = view.status === 'stopped' || view.status === 'interrupted'
  const bindings: Binding[] = []
  const offer = (command: Command, effect: (() => void) | undefined, when: boolean) => {
    if (effect && when) bindings.push(bind(command, effect))
  }
  offer(commands.continue, controls.next, view.status === 'done')
  offer(commands.retry, controls.retry, !running && failed !== undefined)
  offer(commands.goOn, controls.retry, isStopped && failed === undefined)
  offer(commands.edit, controls.edit, isStopped || (!running && failed !== undefined))
  offer(commands.undo, controls.undo && asking.undo, !running && hasDone(view))
  offer(commands.pause, controls.pause && asking.pause, running && !asking.isPausing)
  offer(commands.stop, controls.stop, running)
  offer(commands.leave, controls.leave, running)
  return bindings
}

/** Something of the run is there that could be taken back. */
function hasDone({ status, actions }: RunView): boolean {
  if (status === 'undoing' || status === 'undone' || status === 'new') return false
  return actions.some(({ state, log }) => log !== null && state !== 'undone')
}
