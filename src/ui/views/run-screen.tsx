import { Box, Text } from 'ink'
import { useState } from 'react'
import { printableLine } from '../../core/printable.ts'
import { useBody } from '../components/body-context.ts'
import { SelectList } from '../components/select-list.tsx'
import { useSigns, useTheme } from '../context.tsx'
import { type Binding, bind, commands } from '../keys/commands.ts'
import { useKeys } from '../keys/use-keys.ts'
import type { LineBuffer } from '../log-pane/line-buffer.ts'
import { LogPane } from '../log-pane/log-pane.tsx'
import { useLogPane } from '../log-pane/use-log-pane.ts'
import { elapsed } from '../text/elapsed.ts'
import { cut } from '../text/width.ts'
import { actionRows } from './action-rows.ts'
import { FailurePanel } from './failure-panel.tsx'
import { type ActionView, doneCount, type RunView, remainingOf } from './run-view.ts'
import { useNow } from './use-now.ts'

/** What the operator can do with a run; what is absent is not offered. */
export type RunControls = {
  readonly retry?: (action: string) => void
  /** Offered only where the action is optional. */
  readonly skip?: (action: string) => void
  readonly edit?: () => void
  readonly undo?: () => void
  readonly pause?: () => void
  readonly stop?: () => void
  /** Leaves the screen; the run goes on. */
  readonly leave?: () => void
  /** Offered once the run is through. */
  readonly next?: () => void
}

export type RunScreenProps = {
  readonly view: RunView
  readonly controls: RunControls
  /** The log of the action under the cursor; null while there is none. */
  readonly buffer: LineBuffer | null
  /** Called when the cursor comes to another action. */
  readonly onHighlight?: (action: string) => void
}

/** A run as it goes: what is done, what is under way and how far, what failed and what can be done about it. */
export function RunScreen({ view, controls, buffer, onHighlight }: RunScreenProps) {
  const { columns, rows } = useBody()
  const theme = useTheme()
  const signs = useSigns()
  const now = useNow(view.status === 'running' || view.status === 'undoing')
  const failed = view.actions.find((action) => action.state === 'failed')
  // What an operator looks for first; the cursor stays with it until it is moved.
  const eventful = failed ?? view.actions.find((action) => action.state === 'running')
  const [here, setHere] = useState(eventful?.id)
  const [showsLog, setShowsLog] = useState(false)
  const action = view.actions.find(({ id }) => id === here)
  // Enter opens the log, until it is needed for going on.
  const continues = view.status === 'done' && controls.next !== undefined
  useKeys(controlKeys(view, failed, controls))
  useKeys([bind(commands.showLog, () => setShowsLog(true), continues ? { label: 'log' } : {})], { active: !showsLog })
  useKeys([bind(commands.close, () => setShowsLog(false), { label: 'actions' })], { active: showsLog })

  const heading = <Text bold>{cut(headingOf(view, now, signs.separator), columns, signs.cut)}</Text>
  if (showsLog && buffer && action) {
    return (
      <Box flexDirection="column" width={columns} height={rows}>
        {heading}
        <ActionLog buffer={buffer} label={`log of ${action.title}`} width={columns} height={rows - 1} />
      </Box>
    )
  }
  const tail = failed ? 7 : 2
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      {heading}
      <Box marginTop={1} height={Math.max(3, rows - 3 - tail)} flexShrink={0} overflow="hidden">
        <SelectList
          rows={actionRows(view, now, signs, theme)}
          columns={[{ grows: true, shrinks: true }, { align: 'right' }]}
          width={columns}
          height={Math.max(3, rows - 3 - tail)}
          initialId={here}
          followId={eventful?.id}
          chooseLabel="log of this"
          onHighlight={(row) => {
            setHere(row.id)
            onHighlight?.(row.id)
          }}
          {...(continues ? {} : { onSelect: () => setShowsLog(true) })}
        />
      </Box>
      <Box marginTop={1} flexDirection="column" height={tail} flexShrink={0} overflow="hidden">
        {failed?.problem ? (
          <FailurePanel title={failed.title} failure={{ ...failed.problem, log: failed.log }} width={columns} />
        ) : (
          <Doing view={view} columns={columns} rows={tail} />
        )}
      </Box>
    </Box>
  )
}

/** `4 of 9 done · 3 min 12 s · about 6 min left · runs on without you` */
export function headingOf(view: RunView, now: number, separator: string): string {
  const parts = [`${doneCount(view)} of ${view.actions.length} done`]
  if (view.startedAt !== null) {
    parts.push(elapsed(((view.finishedAt ?? now) - view.startedAt) / 1000))
  }
  const remaining = remainingOf(view)
  if (remaining !== null) parts.push(`about ${elapsed(Math.ceil(remaining))} left`)
  const endings: Record<RunView['status'], string> = {
    new: 'not begun',
    running: 'runs on without you',
    undoing: 'being taken back',
    done: 'finished',
    failed: 'stopped by a failure',
    stopped: 'stopped',
    undone: 'taken back',
  }
  return [...parts, endings[view.status]].join(` ${separator} `)
}

function controlKeys(view: RunView, failed: ActionView | undefined, controls: RunControls): Binding[] {
  const running = view.status === 'running'
  const bindings: Binding[] = []
  const offer = (
    command: (typeof commands)[keyof typeof commands],
    effect: (() => void) | undefined,
    when: boolean,
  ) => {
    if (effect && when) bindings.push(bind(command, effect))
  }
  const { retry, skip } = controls
  offer(commands.continue, controls.next, view.status === 'done')
  offer(commands.retry, failed && retry ? () => retry(failed.id) : undefined, !running)
  offer(commands.skip, failed?.optional && skip ? () => skip(failed.id) : undefined, !running)
  offer(commands.edit, controls.edit, !running && failed !== undefined)
  offer(commands.undo, controls.undo, !running && view.status !== 'undoing' && view.status !== 'new')
  offer(commands.pause, controls.pause, running)
  offer(commands.stop, controls.stop, running)
  offer(commands.leave, controls.leave, running)
  return bindings
}

/** What the running actions say they are doing, the newest words of each. */
function Doing({ view, columns, rows }: { view: RunView; columns: number; rows: number }) {
  const theme = useTheme()
  const signs = useSigns()
  const running = view.actions.filter((action) => action.state === 'running' && action.text !== '')
  return running.slice(0, rows).map((action) => (
    <Text key={action.id} wrap="truncate" {...theme.dim}>
      {cut(printableLine(`${action.title} ${signs.bar} ${action.text}`), columns, signs.cut)}
    </Text>
  ))
}

function ActionLog(props: { buffer: LineBuffer; label: string; width: number; height: number }) {
  const log = useLogPane(props.buffer)
  return <LogPane log={log} label={props.label} width={props.width} height={props.height} />
}
