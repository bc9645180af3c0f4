import type { Plan } from '#src/plan/plan.ts'
import type { LineBuffer } from '#src/ui/log-pane/line-buffer.ts'
import { RunScreen } from '#src/ui/views/run-screen.tsx'
import type { RunView } from '#src/ui/views/run-view.ts'
import type { RunControls } from '#src/ui/views/use-run-keys.ts'

type InstallScreenProps = {
  view: RunView
  plan: Plan
  buffer: LineBuffer
  controls: RunControls
  onHighlight: (action: string) => void
}

/** The part of a run that installs; the launches have a screen of their own. */
export function InstallScreen({ view, plan, ...rest }: InstallScreenProps) {
  return <RunScreen view={installView(view, plan)} {...rest} />
}

/** A view of the actions that start no engine: done when they are, whatever the rest does. Pure. */
export function installView(view: RunView, plan: Plan): RunView {
  const launches = new Set(launchActionIds(plan))
  const actions = view.actions.filter(({ id }) => !launches.has(id))
  const isDone = actions.length > 0 && actions.every(({ state }) => state === 'done' || state === 'found-done')
  return {
    ...view,
    actions,
    status: isDone && view.status !== 'undoing' && view.status !== 'undone' ? 'done' : view.status,
  }
}

/** The actions of a plan that start an engine. */
export function launchActionIds(plan: Plan): string[] {
  return plan.actions.filter(({ operations }) => operations.some(({ kind }) => kind === 'serve')).map(({ id }) => id)
}
