import { formatSeconds } from '../../core/durations.ts'
import { printableLine } from '../../core/printable.ts'
import { progressText } from '../components/progress-text.ts'
import type { SelectRow } from '../components/select-list.tsx'
import type { Signs } from '../signs.ts'
import { elapsed } from '../text/elapsed.ts'
import { cut } from '../text/width.ts'
import type { Theme } from '../theme.ts'
import { type ActionView, progressOf, type RunView, waitsFor } from './run-view.ts'

/** The actions of a run as rows: sign, title, and what there is to say about it at the right. */
export function actionRows(view: RunView, now: number, signs: Signs, theme: Theme): SelectRow<ActionView>[] {
  return view.actions.map((action) => ({
    id: action.id,
    value: action,
    sign: signOf(action.state, signs, theme),
    cells: [printableLine(action.title), printableLine(figuresOf(view, action, now, signs.cut))],
  }))
}

function signOf(state: ActionView['state'], signs: Signs, theme: Theme) {
  switch (state) {
    case 'done':
    case 'found-done':
      return { text: signs.done, style: theme.ok }
    case 'running':
      return { text: signs.running, style: theme.accent }
    case 'failed':
      return { text: signs.failed, style: theme.fail }
    case 'stopped':
      return { text: signs.warning, style: theme.warn }
    case 'skipped':
    case 'undone':
      return { text: signs.skipped, style: theme.dim }
    case 'waiting':
      return { text: signs.waiting, style: theme.dim }
  }
}

/** The title beside it matters more than the whole name of what it waits for. */
const longestName = 18

function figuresOf(view: RunView, action: ActionView, now: number, cutSign: string): string {
  switch (action.state) {
    case 'done':
      return action.seconds === null ? 'done' : formatSeconds(action.seconds)
    case 'found-done':
      return 'was done before'
    case 'running': {
      const progress = progressOf(action)
      if (progress) return progressText(progress)
      return action.startedAt === null ? '' : elapsed((now - action.startedAt) / 1000)
    }
    case 'failed':
      return 'failed'
    case 'stopped':
      return 'stopped'
    case 'skipped':
      return 'skipped'
    case 'undone':
      return 'taken back'
    case 'waiting': {
      const [first, ...others] = waitsFor(view, action)
      if (first === undefined) return 'waits'
      return others.length === 0
        ? `waits for ${cut(first, longestName, cutSign)}`
        : `waits for ${others.length + 1} actions`
    }
  }
}
