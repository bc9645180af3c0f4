import { Box, Text } from 'ink'
import type { ReactNode } from 'react'
import { useTheme } from '../context.tsx'
import { bind, commands, keyLabel } from '../keys/commands.ts'
import { reachable } from '../keys/key-registry.ts'
import { useActiveKeys } from '../keys/keys-provider.tsx'
import { useKeys } from '../keys/use-keys.ts'
import { pad } from '../text/width.ts'
import { ScrollBox } from './scroll-box.tsx'

type HelpPanelProps = {
  readonly columns: number
  readonly rows: number
  readonly onClose: () => void
  /** What there is to say beside the keys: the reasons for what is recommended. */
  readonly children?: ReactNode
}

/** Every key that works on the screen below, with a sentence each. It has the keyboard while it is there. */
export function HelpPanel({ columns, rows, onClose, children }: HelpPanelProps) {
  const theme = useTheme()
  const below = reachable(useActiveKeys().filter((group) => group.layer !== 'dialog'))
  const entries = below.map((entry) => ({ keys: entry.keys.map(keyLabel).join(' '), help: entry.help }))
  const width = Math.max(0, ...entries.map((entry) => entry.keys.length))
  useKeys([bind(commands.close, onClose, { keys: ['escape', '?', 'q'] })], { layer: 'dialog', exclusive: true })
  return (
    <ScrollBox width={columns} height={rows} layer="dialog">
      <Text bold>Keys on this screen</Text>
      {entries.map((entry) => (
        <Text key={entry.keys} wrap="truncate">
          <Text {...theme.accent}>{pad(entry.keys, width)}</Text>
          {`  ${entry.help}`}
        </Text>
      ))}
      {children ? <Box marginTop={1}>{children}</Box> : null}
    </ScrollBox>
  )
}
