import { Box, Text } from 'ink'
import { memo, useState } from 'react'
import type { LogLine } from '../../log/line.ts'
import { Rule } from '../components/rule.tsx'
import { TextInput } from '../components/text-input.tsx'
import { useSigns, useTheme } from '../context.tsx'
import { bind, commands } from '../keys/commands.ts'
import { useKeys } from '../keys/use-keys.ts'
import { pad } from '../text/width.ts'
import { type LogRow, logRows } from './log-rows.ts'
import { findLine } from './search.ts'
import type { LogPaneState } from './use-log-pane.ts'

type LogPaneProps = {
  readonly log: LogPaneState
  /** What it is a log of: `engine log`. */
  readonly label: string
  readonly width: number
  /** With the line above it, which names the log. */
  readonly height: number
  readonly active?: boolean
  readonly harmlessReason?: (line: LogLine) => string | null
}

/** A live log: follows its end, scrolls, searches, jumps to a line, cuts long lines or shows them whole. */
export function LogPane({ log, label, width, height, active = true, harmlessReason = () => null }: LogPaneProps) {
  const signs = useSigns()
  const { buffer, view, dispatch } = log
  const [asking, setAsking] = useState<'search' | 'line' | null>(null)
  const rows = Math.max(1, height - 1)
  const extent = { first: buffer.first, end: buffer.end, height: rows }
  const show = (position: number | null) => {
    if (position !== null) dispatch({ type: 'show', position, extent })
  }
  const find = (query: string, direction: 1 | -1) => {
    const start = view.found === null ? buffer.end - 1 : view.found + direction
    show(findLine(buffer, query, start, view.found === null ? -1 : direction))
  }
  useKeys(
    [
      bind(commands.follow, () => dispatch({ type: 'toggle-follow', extent }), { label: view.follow ? '' : 'follow' }),
      bind(commands.search, () => setAsking('search')),
      bind(commands.nextMatch, () => find(view.query, 1)),
      bind(commands.previousMatch, () => find(view.query, -1)),
      bind(commands.jump, () => setAsking('line')),
      bind(commands.wholeLines, () => dispatch({ type: 'toggle-whole' })),
      bind(commands.up, () => dispatch({ type: 'scroll', lines: -1, extent })),
      bind(commands.down, () => dispatch({ type: 'scroll', lines: 1, extent })),
      bind(commands.pageUp, () => dispatch({ type: 'page', pages: -1, extent })),
      bind(commands.pageDown, () => dispatch({ type: 'page', pages: 1, extent })),
      bind(commands.first, () => dispatch({ type: 'first', extent })),
      bind(commands.last, () => dispatch({ type: 'follow' })),
    ],
    { layer: 'component', active },
  )
  const answer = (text: string) => {
    setAsking(null)
    if (asking === 'search') {
      dispatch({ type: 'search', query: text })
      show(findLine(buffer, text, buffer.end - 1, -1))
    } else if (/^\d+$/.test(text)) {
      show(buffer.positionOf(Number(text)))
    }
  }
  const room = asking === null ? rows : rows - 1
  const drawn = logRows(buffer, view, {
    width,
    height: room,
    cutSign: signs.cut,
    warningSign: signs.warning,
    failedSign: signs.failed,
    harmlessReason,
  })
  return (
    <Box flexDirection="column" width={width} height={height} flexShrink={0} overflow="hidden">
      <Rule columns={width} label={[label, statusOf(log, rows)].filter((part) => part !== '').join(', ')} />
      <Box flexDirection="column" height={room} flexShrink={0} overflow="hidden">
        {drawn.map((row) => (
          <Row key={row.key} text={row.text} tone={row.tone} width={width} />
        ))}
      </Box>
      {asking === null ? null : (
        <Question kind={asking} width={width} onAnswer={answer} onCancel={() => setAsking(null)} />
      )}
    </Box>
  )
}

/** Where in the log the pane is; nothing while it follows. */
function statusOf({ buffer, view }: LogPaneState, rows: number): string {
  if (view.follow) return ''
  const total = buffer.at(buffer.end - 1)?.number ?? 0
  const shown = view.found ?? Math.max(buffer.first, Math.min(view.top, buffer.end - rows))
  const place = `line ${buffer.at(shown)?.number ?? 0} of ${total}`
  if (view.query === '') return place
  return view.found === null ? `"${view.query}" not found` : `"${view.query}", ${place}`
}

const Row = memo(function Row({ text, tone, width }: Omit<LogRow, 'key'> & { width: number }) {
  const theme = useTheme()
  const styles = { plain: {}, dim: theme.dim, warn: theme.warn, fail: theme.fail, found: theme.found }
  return (
    <Text wrap="truncate" {...styles[tone]}>
      {text === '' ? ' ' : tone === 'found' ? pad(text, width) : text}
    </Text>
  )
})

type QuestionProps = {
  kind: 'search' | 'line'
  width: number
  onAnswer: (text: string) => void
  onCancel: () => void
}

function Question({ kind, width, onAnswer, onCancel }: QuestionProps) {
  const theme = useTheme()
  const prompt = kind === 'search' ? 'search: ' : 'go to line: '
  return (
    <Box height={1}>
      <Text {...theme.accent}>{prompt}</Text>
      <TextInput width={width - prompt.length} applyLabel="find" onSubmit={onAnswer} onCancel={onCancel} />
    </Box>
  )
}
