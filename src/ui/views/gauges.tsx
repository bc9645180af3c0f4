import { Box, Text } from 'ink'
import { formatBytes, GiB } from '../../core/bytes.ts'
import { useSigns, useTerminal, useTheme } from '../context.tsx'
import { pad, widthOf } from '../text/width.ts'

/** How full something is. Unknown is null, and is drawn as a dash. */
export type Gauge = {
  /** `GPU0`, `RAM`, `swap` */
  readonly label: string
  readonly usedBytes: number | null
  readonly totalBytes: number | null
}

export type GaugesProps = {
  readonly gauges: readonly Gauge[]
  /** Read from the disk that holds the weights; absent or null: not shown. */
  readonly diskBytesPerSecond?: number | null
  readonly width: number
  /** Lines; gauges that do not fit become one that tells their range. */
  readonly height: number
}

const barWidth = 10
const gap = 3

/** Memory gauges side by side, in as many lines as there are. */
export function Gauges({ gauges, diskBytesPerSecond, width, height }: GaugesProps) {
  const theme = useTheme()
  const { screenReader } = useTerminal()
  const figures = gauges.map(figuresOf)
  const cellWidth =
    Math.max(0, ...gauges.map(({ label }, index) => widthOf(`${label} ${figures[index]}`))) + barWidth + 1
  const perLine = Math.max(1, Math.floor((width + gap) / (cellWidth + gap)))
  const shown = gauges.length <= perLine * height ? gauges : gauges.slice(0, perLine * height - 1)
  const hidden = gauges.length - shown.length
  if (screenReader) return <Text>{gauges.map((gauge, index) => `${gauge.label} ${figures[index]}`).join(', ')}</Text>
  return (
    <Box flexDirection="column" width={width} flexShrink={0}>
      {Array.from({ length: Math.ceil(shown.length / perLine) }, (_, line) => {
        const isLast = (line + 1) * perLine >= shown.length
        return (
          <Box key={shown[line * perLine]?.label} columnGap={gap} height={1}>
            {shown.slice(line * perLine, (line + 1) * perLine).map((gauge) => (
              <OneGauge key={gauge.label} gauge={gauge} width={cellWidth} />
            ))}
            {isLast && hidden > 0 ? <Text {...theme.dim}>{`and ${hidden} more`}</Text> : null}
            {isLast && diskBytesPerSecond != null ? (
              <Text {...theme.dim}>{`disk ${formatBytes(diskBytesPerSecond)}/s`}</Text>
            ) : null}
          </Box>
        )
      })}
    </Box>
  )
}

function OneGauge({ gauge, width }: { gauge: Gauge; width: number }) {
  const theme = useTheme()
  const { fills } = useSigns()
  const { usedBytes, totalBytes, label } = gauge
  const share = usedBytes === null || !totalBytes ? 0 : Math.min(1, usedBytes / totalBytes)
  const full = Math.round(share * barWidth)
  const isNearlyFull = share > 0.95
  return (
    <Box width={width} flexShrink={0}>
      <Text wrap="truncate">
        <Text {...theme.dim}>{`${label} `}</Text>
        <Text {...(isNearlyFull ? theme.warn : theme.accent)}>{fills[1].repeat(full)}</Text>
        <Text {...theme.dim}>{fills[3].repeat(barWidth - full)}</Text>
        {` ${pad(figuresOf(gauge), width - widthOf(label) - barWidth - 2)}`}
      </Text>
    </Box>
  )
}

/** `6.9/11.6` in GiB; a dash for what is not known. */
function figuresOf({ usedBytes, totalBytes }: Gauge): string {
  const figure = (bytes: number | null) =>
    bytes === null ? '-' : bytes >= 100 * GiB ? (bytes / GiB).toFixed(0) : (bytes / GiB).toFixed(1)
  return `${figure(usedBytes)}/${figure(totalBytes)}`
}
