import { Box, Text } from 'ink'
import { useMemo, useState } from 'react'
import { risksOf } from '#src/advice/risks.ts'
import type { Machine } from '#src/machine/schema.ts'
import { useBody } from '#src/ui/components/body-context.ts'
import { Notice } from '#src/ui/components/notice.tsx'
import { TextInput } from '#src/ui/components/text-input.tsx'
import { TextPanel } from '#src/ui/components/text-panel.tsx'
import { useTheme } from '#src/ui/context.tsx'
import { bind, commands } from '#src/ui/keys/commands.ts'
import { useKeys } from '#src/ui/keys/use-keys.ts'
import { evidenceLines } from './evidence.ts'
import { hardwareRows } from './rows.ts'

export type HardwareScreenProps = {
  machine: Machine | null
  /** Parts are still being read. */
  reading: boolean
  /** What the last correction or reading said; null where nothing is to be said. */
  message: string | null
  next: () => void
  readAgain: () => void
  /** `gpus[0].memoryTotalBytes=12GiB` */
  override: (assignment: string) => void
}

/** What the machine is, what is risky about it and which step deals with that; where each number comes from behind a key. */
export function HardwareScreen(props: HardwareScreenProps) {
  const { machine, reading, message, next } = props
  const { columns, rows } = useBody()
  const theme = useTheme()
  const [panel, setPanel] = useState<'evidence' | 'override' | null>(null)
  useKeys([
    ...(machine && !reading && panel === null ? [bind(commands.continue, next)] : []),
    bind(commands.evidence, () => setPanel(panel === 'evidence' ? null : 'evidence')),
    bind(commands.override, () => setPanel('override')),
    bind(commands.readAgain, props.readAgain),
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
        <Text {...theme.dim}>{message ?? 'Nothing is changed.'}</Text>
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
  return (
    <Box flexDirection="column" width={columns} height={rows} overflow="hidden">
      <Text bold>{reading ? 'Is this right? Still reading …' : 'Is this right?'}</Text>
      <Box flexDirection="column" marginTop={1} flexShrink={0}>
        {hardwareRows(machine).map((row, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place
          <Text key={index} wrap="truncate">
            <Text {...theme.dim}>{row.topic.padEnd(8)}</Text>
            {row.text}
          </Text>
        ))}
      </Box>
      {panel === 'override' ? (
        <Box marginTop={1} flexDirection="column">
          <Text>Correct a fact, as fact=value (e lists the facts): gpus[0].memoryTotalBytes=12GiB</Text>
          <TextInput
            initial=""
            width={columns}
            onChange={() => undefined}
            onCancel={() => setPanel(null)}
            onSubmit={(text) => {
              setPanel(null)
              if (text.trim()) props.override(text.trim())
            }}
          />
        </Box>
      ) : (
        <Risks machine={machine} reading={reading} width={columns} message={message} />
      )}
    </Box>
  )
}

type RisksProps = { machine: Machine; reading: boolean; width: number; message: string | null }

function Risks({ machine, reading, width, message }: RisksProps) {
  const risks = risksOf(machine)
  const topicWidth = Math.max(0, ...risks.map(({ component }) => component.length))
  return (
    <Box flexDirection="column" marginTop={1} overflow="hidden">
      {message ? <Notice kind="warn" text={message} width={width} /> : null}
      {machine.gpus.length === 0 && !reading ? (
        <Notice
          kind="note"
          text="No GPU was found: the engine would run on the CPU. A machine with eight can be looked at:"
          mitigation="rigup --machine mining-rig"
          width={width}
        />
      ) : null}
      {machine.problems.map(({ about, text }) => (
        <Notice key={`${about} ${text}`} kind="warn" topic={about} topicWidth={topicWidth} text={text} width={width} />
      ))}
      {risks.map((risk) => (
        <Notice
          key={risk.advice.id}
          kind={risk.advice.kind === 'refuse' ? 'fail' : 'warn'}
          topic={risk.component}
          topicWidth={topicWidth}
          text={risk.risk}
          mitigation={risk.mitigation}
          step={risk.step ?? undefined}
          width={width}
        />
      ))}
    </Box>
  )
}
