import { Text, useAnimation } from 'ink'
import { useTerminal, useTheme } from '../context.tsx'

const frames = { unicode: ['⠋', '⠙', '⠸', '⠴', '⠦', '⠇'], ascii: ['-', '\\', '|', '/'] }

/** Something goes on whose end is not known. Words stand still for a screen reader. */
export function Spinner({ label }: { label: string }) {
  const theme = useTheme()
  const { screenReader, unicode } = useTerminal()
  const signs = unicode ? frames.unicode : frames.ascii
  const { frame } = useAnimation({ interval: 200, isActive: !screenReader })
  if (screenReader) return <Text>{label}</Text>
  return (
    <Text wrap="truncate">
      <Text {...theme.accent}>{signs[frame % signs.length]}</Text> {label}
    </Text>
  )
}
