import { Text } from 'ink'
import { useSigns, useTerminal, useTheme } from '../context.tsx'
import { widthOf } from '../text/width.ts'

/** A line across, with words near its right end where given. */
export function Rule({ columns, label = '' }: { columns: number; label?: string }) {
  const signs = useSigns()
  const theme = useTheme()
  if (useTerminal().screenReader) return label === '' ? null : <Text>{label}</Text>
  const words = label === '' ? '' : ` ${label} `
  const tail = label === '' ? 0 : 2
  const line = signs.rule.repeat(Math.max(0, columns - widthOf(words) - tail))
  return (
    <Text {...theme.dim} wrap="truncate">
      {line + words + signs.rule.repeat(tail)}
    </Text>
  )
}
