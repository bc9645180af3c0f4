import { Box, Text } from 'ink'
import { useSigns, useTerminal, useTheme } from '../context.tsx'
import { barCells } from './bar-cells.ts'

/** A part of what a bar shows. */
type BarSegment = {
  readonly label: string
  /** In the bar's unit. */
  readonly value: number
  /** Drawn as empty: what is free. */
  readonly empty?: boolean
}

type BarProps = {
  readonly segments: readonly BarSegment[]
  /** The whole, in the same unit; segments beyond it are said to be over. */
  readonly total: number
  readonly width: number
  /** `5.6 GiB` from a value; also what stands after the bar. */
  readonly format: (value: number) => string
  /** In front of the bar: `GPU 0`. */
  readonly label?: string
}

/** A segmented bar: each segment with a filling of its own, so that it reads without colour, and a legend with the numbers. */
export function Bar({ segments, total, width, format, label }: BarProps) {
  const signs = useSigns()
  const theme = useTheme()
  const { screenReader } = useTerminal()
  const { fills } = signs
  const parts = segments.map((segment, index) => ({
    value: segment.value,
    fill: segment.empty ? fills.length - 1 : Math.min(index, fills.length - 2),
  }))
  const sum = segments.reduce((all, segment) => all + segment.value, 0)
  const over = sum > total ? ` ${signs.over} ${format(sum - total)} too much` : ''
  const words = segments.map((segment) => `${segment.label} ${format(segment.value)}`).join('   ')
  if (screenReader) return <Text>{`${label ? `${label}: ` : ''}${words}, of ${format(total)}${over}`}</Text>
  const lead = label ? `${label} ` : ''
  const cells = barCells(parts, total, Math.max(4, width - lead.length - format(total).length - over.length - 2))
  return (
    <Box flexDirection="column" width={width}>
      <Text wrap="truncate">
        {lead}
        {parts.map((part, index) => (
          <Text
            key={segments[index]?.label}
            {...(segments[index]?.empty ? theme.dim : index === 0 ? theme.accent : {})}
          >
            {(fills[part.fill] ?? '').repeat(cells[index] ?? 0)}
          </Text>
        ))}
        <Text {...(over ? theme.fail : {})}>{`  ${format(total)}${over}`}</Text>
      </Text>
      <Text wrap="truncate">
        {segments.map((segment, index) => (
          <Text key={segment.label}>
            <Text {...theme.dim}>{`${index > 0 ? '  ' : ''}${fills[parts[index]?.fill ?? 0]} ${segment.label} `}</Text>
            {withoutUnit(format(segment.value), format(total))}
          </Text>
        ))}
      </Text>
    </Box>
  )
}

/** The unit stands with the whole already. */
function withoutUnit(value: string, whole: string): string {
  const unit = /\s\D+$/.exec(whole)?.[0] ?? ''
  return value.endsWith(unit) ? value.slice(0, value.length - unit.length) : value
}
