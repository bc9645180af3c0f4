import { formatSeconds } from '../../core/durations.ts'
import { printableLine } from '../../core/printable.ts'
import { progressText } from '../components/progress-text.ts'
import type { SelectRow } from '../components/select-list.tsx'
import { type MarkName, marksOf } from '../marks.ts'
import type { Signs } from '../signs.ts'
import { elapsed } from '../text/elapsed.ts'
import { cut } from '../text/width.ts'
import type { Theme } from '../theme.ts'
import { type ActionView, progressOf, type RunView, waitsFor } from './run-view.ts'

/** The actions of a run as rows: sign, title, and what there is to say about it at the right. */
export function actionRows(view: RunView, now: number, signs: Signs, theme: Theme): SelectRow<ActionView>[] {
  const marks = marksOf(signs, theme)
  return view.actions.map((action) => ({
    id: action.id,
    value: action,
    sign: marks[markNames[action.state]],
    cells: [printableLine(action.title), printableLine(figuresOf(view, action, now, signs.cut))],
  }))
}

const markNames: Readonly<Record<ActionView['state'], MarkName>> = {
  done: 'done',
  'found-done': 'done',
  running: 'running',
  failed: 'failed',
  stopped: 'stopped',
  skipped: 'skipped',
  undone: 'skipped',
  waiting: 'waiting',
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
