import { Box, Text } from 'ink'
import { useEffect, useState } from 'react'
import { messageOf } from '#src/core/problem.ts'
import type { HardwareTools, Recorded } from '#src/machine/hardware-tools.ts'
import { ScrollBox } from '#src/ui/components/scroll-box.tsx'
import { useTheme } from '#src/ui/context.tsx'
import { bind, commands } from '#src/ui/keys/commands.ts'
import { useKeys } from '#src/ui/keys/use-keys.ts'

type SavePanelProps = { tools: HardwareTools; width: number; height: number }

type State =
  | { kind: 'recording' }
  | { kind: 'preview'; recorded: Recorded }
  | { kind: 'written'; directory: string }
  | { kind: 'failed'; reason: string }

/** Records what the tools of this machine print, shows what would be written and what was replaced, and writes it when told to. */
export function SavePanel({ tools, width, height }: SavePanelProps) {
  const theme = useTheme()
  const [state, setState] = useState<State>({ kind: 'recording' })
  useEffect(() => {
    let ended = false
    tools.record().then(
      (recorded) => ended || setState({ kind: 'preview', recorded }),
      (error: unknown) => ended || setState({ kind: 'failed', reason: messageOf(error) }),
    )
    return () => {
      ended = true
    }
  }, [tools])
  const write = (recorded: Recorded) => {
    setState({ kind: 'recording' })
    tools.write(recorded).then(
      () => setState({ kind: 'written', directory: recorded.directory }),
      (error: unknown) => setState({ kind: 'failed', reason: messageOf(error) }),
    )
  }
  useKeys(
    state.kind === 'preview'
      ? [
          bind(commands.apply, () => write(state.recorded), {
            label: 'write them',
            help: 'Write these files to the folder.',
          }),
        ]
      : [],
  )
  return (
    <Box flexDirection="column" width={width} height={height}>
      <Text bold>Save what the tools of this machine print</Text>
      {state.kind === 'recording' ? <Text {...theme.dim}>Asking each tool once more …</Text> : null}
      {state.kind === 'failed' ? <Text {...theme.warn}>{state.reason}</Text> : null}
      {state.kind === 'written' ? (
        <Text>{`Written to ${state.directory}. Look through the files before passing them on.`}</Text>
      ) : null}
      {state.kind === 'preview' ? (
        <ScrollBox width={width} height={height - 1}>
          {state.recorded.preview.map((line) => (
            <Text key={line} wrap="truncate">
              {line}
            </Text>
          ))}
        </ScrollBox>
      ) : null}
    </Box>
  )
}
