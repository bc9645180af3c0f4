import { Box, Text } from 'ink'
import { useTheme } from '../context.tsx'
import { keyHintsOf } from './key-hints.ts'
import { reachable } from './key-registry.ts'
import { useActiveKeys } from './keys-provider.tsx'

/** One line with the keys that work now, made from the bindings themselves. */
export function KeyFooter({ columns }: { columns: number }) {
  const theme = useTheme()
  const hints = keyHintsOf(reachable(useActiveKeys()), columns)
  return (
    <Box columnGap={3} height={1}>
      {hints.map((hint) => (
        <Text key={hint.key} wrap="truncate">
          <Text {...theme.accent}>{hint.key}</Text> {hint.label}
        </Text>
      ))}
    </Box>
  )
}
