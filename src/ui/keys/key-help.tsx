import { Box, Text } from 'ink'
import { useTheme } from '../context.tsx'
import { pad } from '../text/width.ts'
import { type Binding, keyLabel } from './commands.ts'

/** Every key that works here, with a sentence each. Pass the bindings of the screen below, not of the panel itself. */
export function KeyHelp({ bindings, height }: { bindings: readonly Binding[]; height: number }) {
  const theme = useTheme()
  const rows = bindings.map((entry) => ({ keys: entry.keys.map(keyLabel).join(' '), help: entry.help }))
  const width = Math.max(0, ...rows.map((row) => row.keys.length))
  return (
    <Box flexDirection="column" height={height} overflow="hidden">
      {rows.map((row) => (
        <Text key={row.keys + row.help} wrap="truncate">
          <Text {...theme.accent}>{pad(row.keys, width)}</Text>
          {`  ${row.help}`}
        </Text>
      ))}
    </Box>
  )
}
