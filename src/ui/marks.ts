import type { Signs } from './signs.ts'
import type { Style, Theme } from './theme.ts'

/** How far a step or an action is. */
export type MarkName = 'here' | 'done' | 'running' | 'failed' | 'stopped' | 'skipped' | 'waiting'

/** A sign and how it is drawn, for each: the same in the sidebar as in the list of actions. */
export function marksOf(signs: Signs, theme: Theme): Readonly<Record<MarkName, { text: string; style: Style }>> {
  return {
    here: { text: signs.here, style: theme.accent },
    done: { text: signs.done, style: theme.ok },
    running: { text: signs.running, style: theme.accent },
    failed: { text: signs.failed, style: theme.fail },
    stopped: { text: signs.warning, style: theme.warn },
    skipped: { text: signs.skipped, style: theme.dim },
    waiting: { text: signs.waiting, style: theme.dim },
  }
}
