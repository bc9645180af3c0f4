import { Box, Text } from 'ink'
import { useMemo, useState } from 'react'
import { useTheme } from '../context.tsx'
import { bind, commands } from '../keys/commands.ts'
import { useKeys } from '../keys/use-keys.ts'
import { wrap } from '../text/wrap.ts'

type TextPanelProps = {
  readonly text: string
  readonly width: number
  readonly height: number
  /** True while the keys scroll it. */
  readonly active?: boolean
}

/** Text wrapped to the panel, scrolled where it is longer. */
export function TextPanel({ text, width, height, active = false }: TextPanelProps) {
  const theme = useTheme()
  const lines = useMemo(() => wrap(text, width), [text, width])
  const scrolls = lines.length > height
  const rows = scrolls ? Math.max(1, height - 1) : height
  const last = Math.max(0, lines.length - rows)
  const [wanted, setWanted] = useState(0)
  const top = Math.min(wanted, last)
  const move = (delta: number) => setWanted(Math.max(0, Math.min(last, top + delta)))
  useKeys(
    [
      bind(commands.up, () => move(-1)),
      bind(commands.down, () => move(1)),
      bind(commands.pageUp, () => move(-rows)),
      bind(commands.pageDown, () => move(rows)),
      bind(commands.first, () => move(-lines.length)),
      bind(commands.last, () => move(lines.length)),
    ],
    { layer: 'component', active: active && scrolls },
  )
  return (
    <Box flexDirection="column" width={width} height={height} overflow="hidden">
      <Text>{lines.slice(top, top + rows).join('\n')}</Text>
      {scrolls ? (
        <Text {...theme.dim}>{`line ${top + 1} to ${Math.min(top + rows, lines.length)} of ${lines.length}`}</Text>
      ) : null}
    </Box>
  )
}
