import { Box, Text } from 'ink'
import { useState } from 'react'
import { messageOf } from '#src/core/problem.ts'
import type { HardwareTools } from '#src/machine/hardware-tools.ts'
import type { Machine } from '#src/machine/schema.ts'
import { networkLines } from '#src/machine/summary.ts'
import { useTheme } from '#src/ui/context.tsx'
import { bind, commands } from '#src/ui/keys/commands.ts'
import { useKeys } from '#src/ui/keys/use-keys.ts'

type NetworkPanelProps = {
  tools: HardwareTools
  machine: Machine
  width: number
  height: number
  update: (machine: Machine) => void
}

/** Says which places would be asked, asks them when told to, and shows what they answered. */
export function NetworkPanel({ tools, machine, width, height, update }: NetworkPanelProps) {
  const theme = useTheme()
  const [state, setState] = useState<'offered' | 'asking' | { failed: string }>('offered')
  const ask = () => {
    setState('asking')
    tools.ask(machine).then(
      (asked) => {
        update(asked)
        setState('offered')
      },
      (error: unknown) => setState({ failed: messageOf(error) }),
    )
  }
  useKeys(
    state === 'asking'
      ? []
      : [bind(commands.apply, ask, { label: 'ask them', help: 'Ask each of these places once.' })],
  )
  const answers = networkLines(machine)
  return (
    <Box flexDirection="column" width={width} height={height} overflow="hidden">
      <Text bold>Do the sources of packages, models and images answer?</Text>
      <Text {...theme.dim}>
        Each is asked once, for 4 s at most. They learn this machine’s address; nothing of the machine is sent.
      </Text>
      <Box flexDirection="column" marginTop={1}>
        {(answers.length > 0 ? answers : tools.places(machine)).map((line) => (
          <Text key={line} wrap="truncate">
            {line}
          </Text>
        ))}
      </Box>
      {state === 'asking' ? <Text {...theme.dim}>Asking …</Text> : null}
      {typeof state === 'object' ? <Text {...theme.warn}>{state.failed}</Text> : null}
    </Box>
  )
}
