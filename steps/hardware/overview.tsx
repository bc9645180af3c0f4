import { Box, Text } from 'ink'
import { risksOf } from '#src/advice/risks/risks.ts'
import type { Machine } from '#src/machine/schema.ts'
import { Notice, type NoticeProps, noticeRows } from '#src/ui/components/notice.tsx'
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
const beside = 17

/** The machine in rows, one per card, and below them what is broken and what is risky. */
export function Overview({ machine, reading, message, width, height }: OverviewProps) {
  const theme = useTheme()
  const rows = hardwareRows(machine, Math.max(3, height - beside), reading)
  return (
    <Box flexDirection="column" width={width} height={height} overflow="hidden">
      <Text bold>{reading ? 'Is this right? Still reading …' : 'Is this right?'}</Text>
      <Box flexDirection="column" marginTop={1} flexShrink={0}>
        {rows.map((row, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place
          <Text key={index} wrap="truncate">
            <Text {...theme.dim}>{row.topic.padEnd(8)}</Text>
            {row.text}
          </Text>
        ))}
      </Box>
      <Risks notices={noticesOf(machine, reading, message, width)} room={height - rows.length - 3} />
    </Box>
  )
}

/** What is to be said of the machine: messages, what is broken, what is risky. */
function noticesOf(machine: Machine, reading: boolean, message: string | null, width: number): NoticeProps[] {
  const risks = risksOf(machine)
  const topicWidth = Math.max(0, ...risks.map(({ component }) => component.length))
  return [
    ...(message ? [{ kind: 'warn' as const, text: message, width }] : []),
    ...(machine.gpus.length === 0 && !reading ? [{ ...noGpu, width }] : []),
    ...machine.problems.map(({ about, text }) => ({ kind: 'warn' as const, topic: about, topicWidth, text, width })),
    ...risks.map((risk) => ({
      kind: risk.advice.kind === 'refuse' ? ('fail' as const) : ('warn' as const),
      topic: risk.component,
      topicWidth,
      text: `${risk.specification}: ${risk.risk}`,
      mitigation: risk.mitigation,
      step: risk.step ?? undefined,
      width,
    })),
  ]
}

const noGpu = {
  kind: 'note',
  text: 'No GPU was found: the engine would run on the CPU. A machine with eight can be looked at:',
  mitigation: 'rigup --machine mining-rig',
} as const

/** As many notices as there is room for, and how many there are besides. */
function Risks({ notices, room }: { notices: readonly NoticeProps[]; room: number }) {
  const theme = useTheme()
  const shown = fitting(notices, room)
  const more = notices.length - shown.length
  return (
    <Box flexDirection="column" marginTop={1} overflow="hidden">
      {shown.map((notice) => (
        <Notice key={`${notice.topic} ${notice.text}`} {...notice} />
      ))}
      {more > 0 ? <Text {...theme.dim}>{`${more} more: ? shows all, with their reasons`}</Text> : null}
    </Box>
  )
}

function fitting(notices: readonly NoticeProps[], room: number): readonly NoticeProps[] {
  const ends = notices.map((_, index) => notices.slice(0, index + 1).reduce((sum, one) => sum + noticeRows(one), 0))
  if ((ends.at(-1) ?? 0) <= room) return notices
  return notices.slice(0, ends.filter((end) => end < room).length)
}
