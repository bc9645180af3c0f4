import { Box, Text } from 'ink'
import { useState } from 'react'
import { printableLine } from '../../core/printable.ts'
import { useBody } from '../components/body-context.ts'
import { SelectList } from '../components/select-list.tsx'
import { useSigns, useTheme } from '../context.tsx'
import { bind, commands } from '../keys/commands.ts'
import { useKeys } from '../keys/use-keys.ts'
import type { LineBuffer } from '../log-pane/line-buffer.ts'
import { LogPane } from '../log-pane/log-pane.tsx'
import { useLogPane } from '../log-pane/use-log-pane.ts'
import { elapsed } from '../text/elapsed.ts'
import { cut } from '../text/width.ts'
import { actionRows } from './action-rows.ts'
import { FailurePanel } from './failure-panel.tsx'
import { doneCount, type RunView, remainingOf } from './run-view.ts'
import { useNow } from './use-now.ts'
import { type RunControls, useRunKeys } from './use-run-keys.ts'

type RunScreenProps = {
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
  const asks = useRunKeys(view, failed, controls)
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
        {asks === 'undo' ? (
          <Text {...theme.warn}>Take back what rigup did in this run? What it found done already stays.</Text>
        ) : asks === 'pause' ? (
          <Text {...theme.dim}>Pauses as soon as what runs has come to its end. x stops it at once.</Text>
        ) : view.status === 'interrupted' ? (
          <Text {...theme.warn}>
            Its process is gone: it was killed, or the machine was started again. What is done stays, and it goes on
            from there.
          </Text>
        ) : failed?.problem ? (
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
    interrupted: 'cut off',
    undone: 'taken back',
  }
  return [...parts, endings[view.status]].join(` ${separator} `)
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
