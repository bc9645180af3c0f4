import { Box, Text } from 'ink'
import { printableLine } from '../../core/printable.ts'
import type { Diagnosis } from '../../diagnosis/schema.ts'
import type { LogLine } from '../../log/line.ts'
import { useBody } from '../components/body-context.ts'
import { useSigns, useTheme } from '../context.tsx'
import { bind, commands } from '../keys/commands.ts'
import { useKeys } from '../keys/use-keys.ts'
import type { LineBuffer } from '../log-pane/line-buffer.ts'
import { LogPane } from '../log-pane/log-pane.tsx'
import { useLogPane } from '../log-pane/use-log-pane.ts'
import { elapsed } from '../text/elapsed.ts'
import { cut } from '../text/width.ts'
import { useCopied } from '../use-copied.ts'
import { AnswerPanel } from './answer-panel.tsx'
import { DiagnosisPanel } from './diagnosis-panel.tsx'
import { type Gauge, Gauges } from './gauges.tsx'
import type { LaunchView } from './launch-view.ts'
import { useNow } from './use-now.ts'

/** What the operator can do with a launch; what is absent is not offered. */
type LaunchControls = {
  readonly applyFix?: (fix: Diagnosis['fixes'][number]) => void
  readonly retry?: () => void
  readonly stop?: () => void
  readonly leave?: () => void
  readonly edit?: () => void
  /** To the actions of the run; offered once the launch is over. */
  readonly back?: () => void
  /** What the copy key takes: the address of an engine that works, or the lines that tell why it does not. */
  readonly copy?: { readonly text: () => string; readonly what: string }
  /** Offered once the engine is proved. */
  readonly next?: () => void
}

export type LaunchScreenProps = {
  readonly view: LaunchView
  /** The engine's log. */
  readonly buffer: LineBuffer
  readonly controls: LaunchControls
  readonly gauges?: readonly Gauge[]
  readonly diskBytesPerSecond?: number | null
  /** Its run goes on no longer: nothing starts by itself any more. */
  readonly isRunOver?: boolean
  /** Null while nothing failed. */
  readonly diagnosis?: Pick<Diagnosis, 'explanation' | 'evidence' | 'fixes'> | null
  readonly harmlessReason?: (line: LogLine) => string | null
}

/** A start of an engine: what it is doing and how far, memory, its log, and then its answer, or what is wrong and the fixes. */
export function LaunchScreen(props: LaunchScreenProps) {
  const { view, controls, diagnosis = null, gauges = [] } = props
  const { columns, rows } = useBody()
  const log = useLogPane(props.buffer)
  const gaugeRows = gauges.length === 0 ? 0 : rows >= 24 ? 3 : 2
  const bottomRows = bottomHeight(view, diagnosis, rows)
  const logRows = Math.max(3, rows - 2 - gaugeRows - bottomRows)
  const evidence = diagnosis?.evidence[0]?.line
  const { applyFix, retry, stop, leave, edit, back, copy, next } = controls
  const copied = useCopied()
  const isOver = view.endedAt !== null || diagnosis !== null || props.isRunOver === true
  const isProved = view.state === 'proved' && diagnosis === null
  useKeys([
    ...(next && view.state === 'proved' ? [bind(commands.continue, next)] : []),
    ...(evidence === undefined
      ? []
      : [bind(commands.seeLine, () => seeLine(evidence), { label: `see line ${evidence}` })]),
    ...(retry && isOver && !isProved ? [bind(commands.retry, retry)] : []),
    ...(edit && isOver ? [bind(commands.edit, edit)] : []),
    ...(copy
      ? [bind(commands.copy, () => copied.copy(copy.text(), copy.what), { label: copied.labelFor(copy.what) })]
      : []),
    ...(stop && !isOver ? [bind(commands.stop, stop, { label: 'stop', help: 'Stop the engine.' })] : []),
    ...(back && isOver ? [bind(commands.back, back)] : []),
    ...(leave ? [bind(commands.leave, leave)] : []),
  ])
  const seeLine = (line: number) => {
    const { buffer, dispatch } = log
    const extent = { first: buffer.first, end: buffer.end, height: logRows - 1 }
    dispatch({ type: 'show', position: buffer.positionOf(line), extent })
  }
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      <LaunchHeading view={view} failed={diagnosis !== null} />
      {gaugeRows > 0 ? (
        <Box marginTop={1} height={gaugeRows} flexShrink={0} overflow="hidden">
          <Gauges
            gauges={gauges}
            diskBytesPerSecond={props.diskBytesPerSecond ?? null}
            width={columns}
            height={gaugeRows}
          />
        </Box>
      ) : (
        <Text> </Text>
      )}
      <LogPane
        log={log}
        label="engine log"
        width={columns}
        height={logRows}
        {...(props.harmlessReason ? { harmlessReason: props.harmlessReason } : {})}
      />
      {diagnosis ? (
        <DiagnosisPanel
          diagnosis={diagnosis}
          width={columns}
          height={bottomRows}
          active={applyFix !== undefined}
          onFix={(fix) => applyFix?.(fix)}
        />
      ) : (
        <AnswerPanel answers={view.answers} width={columns} height={bottomRows} />
      )}
    </Box>
  )
}

/** Rows for what stands under the log; the log keeps at least a third of the screen. */
function bottomHeight(view: LaunchView, diagnosis: LaunchScreenProps['diagnosis'], rows: number): number {
  const most = Math.floor(rows / 2)
  if (diagnosis) return Math.min(most, 4 + Math.max(1, diagnosis.fixes.length))
  return view.answers.length === 0 ? 0 : Math.min(most, 6)
}

type LaunchHeadingProps = { view: LaunchView; failed: boolean }

/** `loading weights  5/8 shards   1 min 48 s` */
function LaunchHeading({ view, failed }: LaunchHeadingProps) {
  const { columns } = useBody()
  const theme = useTheme()
  const signs = useSigns()
  const now = useNow(view.startedAt !== null && view.endedAt === null)
  const [sign, style] =
    failed || view.state === 'failed' || view.state === 'wrong'
      ? [signs.failed, theme.fail]
      : view.state === 'proved'
        ? [signs.done, theme.ok]
        : isBrokenOff(view)
          ? [signs.warning, theme.warn]
          : [signs.running, theme.accent]
  const words = printableLine(wordsOf(view, failed))
  const seconds = view.startedAt === null ? null : ((view.endedAt ?? now) - view.startedAt) / 1000
  const time = seconds === null ? '' : elapsed(seconds)
  return (
    <Box justifyContent="space-between" height={1} width={columns}>
      <Text wrap="truncate">
        <Text {...style}>{sign}</Text> <Text bold>{cut(words, columns - time.length - 4, signs.cut)}</Text>
      </Text>
      <Text {...theme.dim}>{time}</Text>
    </Box>
  )
}

function wordsOf(view: LaunchView, failed: boolean): string {
  const what = view.purpose === 'proof' ? "rigup's proof model" : view.model
  if (failed && view.state !== 'wrong')
    return `${what} does not start${view.text === '' ? '' : `; it got to: ${view.text}`}`
  if (isBrokenOff(view)) return `${what} was stopped before it was proved`
  switch (view.state) {
    case 'waiting':
      return 'not started yet'
    case 'starting':
      return view.text === '' ? `starting ${what}` : `${what}: ${view.text}`
    case 'ready':
      return `${what} answers at ${view.address}; asking it for text`
    case 'generating':
      return `${what} generates`
    case 'proved':
      return `${what} works${view.after === 'kept' ? `, and goes on at ${view.address}` : view.after === 'stopped' ? ', and was stopped' : ''}`
    case 'wrong':
      return `${what} answers, but not what it should`
    case 'failed':
      return `the engine ended: ${view.exit?.signal ?? `exit code ${view.exit?.code ?? 'unknown'}`}`
  }
}

/** It was ended before it could prove anything. */
function isBrokenOff({ after, state }: LaunchView): boolean {
  return after === 'stopped' && state !== 'proved' && state !== 'wrong'
}
