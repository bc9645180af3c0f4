import { Box, Text } from 'ink'
import { risksOf } from '#src/advice/risks/risks.ts'
import type { Machine } from '#src/machine/schema.ts'
import { Notice } from '#src/ui/components/notice.tsx'
import { useTheme } from '#src/ui/context.tsx'
import { hardwareRows } from './rows.ts'

type OverviewProps = {
  machine: Machine
  /** Parts are still being read. */
  reading: boolean
  message: string | null
  width: number
  height: number
}

/** Rows that the other topics and two risks need below the cards. */
const beside = 14

/** The machine in rows, one per card, and below them what is broken and what is risky. */
export function Overview({ machine, reading, message, width, height }: OverviewProps) {
  const theme = useTheme()
  return (
    <Box flexDirection="column" width={width} height={height} overflow="hidden">
      <Text bold>{reading ? 'Is this right? Still reading …' : 'Is this right?'}</Text>
      <Box flexDirection="column" marginTop={1} flexShrink={0}>
        {hardwareRows(machine, Math.max(2, height - beside), reading).map((row, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place
          <Text key={index} wrap="truncate">
            <Text {...theme.dim}>{row.topic.padEnd(8)}</Text>
            {row.text}
          </Text>
        ))}
      </Box>
      <Risks machine={machine} reading={reading} width={width} message={message} />
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
          text={`${risk.specification}: ${risk.risk}`}
          mitigation={risk.mitigation}
          step={risk.step ?? undefined}
          width={width}
        />
      ))}
    </Box>
  )
}
