import { Box, Text } from 'ink'
import { smallestSize } from './layout.ts'

/** Said instead of a screen that would not fit. Keys still work, so quitting does too. */
export function TooSmall({ columns, rows }: { columns: number; rows: number }) {
  return (
    <Box flexDirection="column" width={columns} height={rows} overflow="hidden">
      <Text wrap="truncate">{`This window is ${columns}x${rows}.`}</Text>
      <Text wrap="truncate">{`rigup needs ${smallestSize.columns}x${smallestSize.rows}: please enlarge it.`}</Text>
      <Text wrap="truncate">q quits; nothing is lost.</Text>
    </Box>
  )
}
