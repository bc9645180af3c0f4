import { Box, Text } from 'ink'
import { useMemo, useState } from 'react'
import type { HardwareTools } from '#src/machine/hardware-tools.ts'
import type { Machine } from '#src/machine/schema.ts'
import { useBody } from '#src/ui/components/body-context.ts'
import { TextPanel } from '#src/ui/components/text-panel.tsx'
import { useTheme } from '#src/ui/context.tsx'
import { bind, commands } from '#src/ui/keys/commands.ts'
import { useKeys } from '#src/ui/keys/use-keys.ts'
import { CorrectPanel } from './correct-panel.tsx'
import { evidenceLines } from './evidence.ts'
import { NetworkPanel } from './network-panel.tsx'
import { Overview } from './overview.tsx'
import { SavePanel } from './save-panel.tsx'
import { useRefresh } from './use-refresh.ts'

type HardwareScreenProps = {
  machine: Machine | null
  /** Parts are still being read. */
  reading: boolean
  /** What the last correction or reading said; null where nothing is to be said. */
  message: string | null
  /** What else this machine can be asked; null for a saved one. */
  tools: HardwareTools | null
  /** How long the cards are left alone between two questions; 2 s where absent. */
  refreshMilliseconds?: number
  next: () => void
  readAgain: () => void
  /** Takes the machine with figures that moved, or with more facts. */
  update: (machine: Machine) => void
  /** `gpus[0].memoryTotalBytes=12GiB` */
  override: (assignment: string) => void
}

type Panel = 'evidence' | 'correct' | 'save' | 'network'

/** What the machine is, what is risky about it and which step deals with that; where each number comes from behind a key. */
export function HardwareScreen(props: HardwareScreenProps) {
  const { machine, reading, tools, update } = props
  const { columns, rows } = useBody()
  const theme = useTheme()
  const [panel, setPanel] = useState<Panel | null>(null)
  const stopped = useRefresh({
    tools,
    machine,
    active: !reading && panel === null,
    everyMilliseconds: props.refreshMilliseconds ?? 2000,
    update,
  })
  const open = (name: Panel) => setPanel(panel === name ? null : name)
  useKeys([
    ...(machine && !reading && panel === null ? [bind(commands.continue, props.next)] : []),
    ...(panel === null || panel === 'evidence' ? [bind(commands.evidence, () => open('evidence'))] : []),
    ...(panel === null
      ? [bind(commands.override, () => open('correct')), bind(commands.readAgain, props.readAgain)]
      : []),
    ...(tools && machine && panel === null
      ? [
          bind(commands.save, () => open('save'), {
            help: 'Save what the tools of this machine print, without names and serial numbers, for a bug report.',
          }),
          bind(commands.askNetwork, () => open('network')),
        ]
      : []),
    ...(panel === null ? [] : [bind(commands.close, () => setPanel(null))]),
  ])
  const evidence = useMemo(
    () => (machine && panel === 'evidence' ? evidenceLines(machine).join('\n') : ''),
    [machine, panel],
  )
  if (!machine) {
    return (
      <Box flexDirection="column" width={columns} height={rows}>
        <Text bold>Reading this machine …</Text>
        <Text {...theme.dim}>{props.message ?? 'Nothing is changed.'}</Text>
      </Box>
    )
  }
  if (panel === 'evidence') {
    return (
      <Box flexDirection="column" width={columns} height={rows}>
        <Text bold>Where each number comes from</Text>
        <TextPanel text={evidence} width={columns} height={rows - 1} active />
      </Box>
    )
  }
  if (panel === 'correct') {
    return (
      <CorrectPanel
        machine={machine}
        width={columns}
        height={rows}
        correct={props.override}
        close={() => setPanel(null)}
      />
    )
  }
  if (panel === 'save' && tools) return <SavePanel tools={tools} width={columns} height={rows} />
  if (panel === 'network' && tools)
    return <NetworkPanel tools={tools} machine={machine} width={columns} height={rows} update={update} />
  return (
    <Overview machine={machine} reading={reading} message={props.message ?? stopped} width={columns} height={rows} />
  )
}
