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

type GaugesProps = {
  readonly gauges: readonly Gauge[]
  /** Read from the disk that holds the weights; absent or null: not shown. */
  readonly diskBytesPerSecond?: number | null
  readonly width: number
  /** Lines; gauges that do not fit become one that tells their range. */
  readonly height: number
}

const barWidth = 10
const gap = 3
const nearlyFull = 0.95

/** Memory gauges side by side. Where there is no room for every GPU, one gauge stands for all and shows the fullest. */
export function Gauges({ gauges, diskBytesPerSecond, width, height }: GaugesProps) {
  const theme = useTheme()
  const { screenReader } = useTerminal()
  const each = gauges.map((gauge) => ({ ...gauge, figures: figuresOf(gauge) }))
  if (screenReader) return <Text>{each.map(({ label, figures }) => `${label} ${figures}`).join(', ')}</Text>
  const fits = each.length <= gaugesPerLine(each, width) * height
  const shown = fits ? each : withGpusAsOne(each)
  const cellWidth = cellWidthOf(shown)
  const perLine = gaugesPerLine(shown, width)
  return (
    <Box flexDirection="column" width={width} flexShrink={0}>
      {Array.from({ length: Math.ceil(shown.length / perLine) }, (_, line) => {
        const isLast = (line + 1) * perLine >= shown.length
        return (
          <Box key={shown[line * perLine]?.label} columnGap={gap} height={1}>
            {shown.slice(line * perLine, (line + 1) * perLine).map((gauge) => (
              <OneGauge key={gauge.label} gauge={gauge} width={cellWidth} />
            ))}
            {isLast && diskBytesPerSecond != null ? (
              <Text {...theme.dim}>{`disk ${formatBytes(diskBytesPerSecond)}/s`}</Text>
            ) : null}
          </Box>
        )
      })}
    </Box>
  )
}

type Drawn = Gauge & { readonly figures: string }

function cellWidthOf(gauges: readonly Drawn[]): number {
  return Math.max(0, ...gauges.map(({ label, figures }) => widthOf(`${label} ${figures}`))) + barWidth + 1
}

function gaugesPerLine(gauges: readonly Drawn[], width: number): number {
  return Math.max(1, Math.floor((width + gap) / (cellWidthOf(gauges) + gap)))
}

function withGpusAsOne(gauges: readonly Drawn[]): Drawn[] {
  const isGpu = ({ label }: Gauge) => /^GPU ?\d+$/.test(label)
  const gpus = gauges.filter(isGpu)
  const fullest = gpus.toSorted((a, b) => shareOf(b) - shareOf(a))[0]
  if (!fullest) return [...gauges]
  const used = gpus.map((gpu) => gpu.usedBytes).filter((bytes) => bytes !== null)
  const range = used.length === 0 ? '-' : `${figure(Math.min(...used))}-${figure(Math.max(...used))}`
  const one = { ...fullest, label: `${gpus.length} GPUs`, figures: `${range}/${figure(fullest.totalBytes)}` }
  return [one, ...gauges.filter((gauge) => !isGpu(gauge))]
}

function shareOf({ usedBytes, totalBytes }: Gauge): number {
  return usedBytes === null || !totalBytes ? 0 : Math.min(1, usedBytes / totalBytes)
}

function OneGauge({ gauge, width }: { gauge: Drawn; width: number }) {
  const theme = useTheme()
  const { fills } = useSigns()
  const full = Math.round(shareOf(gauge) * barWidth)
  // What is not known must not look empty.
  const rest = gauge.usedBytes === null ? fills[4] : fills[3]
  return (
    <Box width={width} flexShrink={0}>
      <Text wrap="truncate">
        <Text {...theme.dim}>{`${gauge.label} `}</Text>
        <Text {...(shareOf(gauge) > nearlyFull ? theme.warn : theme.accent)}>{fills[1].repeat(full)}</Text>
        <Text {...theme.dim}>{rest.repeat(barWidth - full)}</Text>
        {` ${pad(gauge.figures, width - widthOf(gauge.label) - barWidth - 2)}`}
      </Text>
    </Box>
  )
}

/** `6.9/11.6` in GiB; a dash for what is not known. */
function figuresOf({ usedBytes, totalBytes }: Gauge): string {
  return `${figure(usedBytes)}/${figure(totalBytes)}`
}

function figure(bytes: number | null): string {
  if (bytes === null) return '-'
  return (bytes / GiB).toFixed(bytes >= 100 * GiB ? 0 : 1)
}
