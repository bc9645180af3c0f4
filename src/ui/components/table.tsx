import { Box, Text } from 'ink'
import { useSigns, useTheme } from '../context.tsx'
import { type Column, columnLine, columnWidths } from './columns.ts'

export type TableProps = {
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly string[])[]
  readonly width: number
  /** More rows than this end in `... 6 more`. */
  readonly height?: number
}

/** Rows under titles, numbers right. */
export function Table({ columns, rows, width, height = Number.POSITIVE_INFINITY }: TableProps) {
  const theme = useTheme()
  const signs = useSigns()
  const widths = columnWidths(columns, rows, width)
  const titled = columns.some((column) => column.title)
  const room = height - (titled ? 1 : 0)
  const shown = rows.length <= room ? rows : rows.slice(0, Math.max(0, room - 1))
  const titles = columns.map((column) => column.title ?? '')
  return (
    <Box flexDirection="column" width={width}>
      {titled ? (
        <Text {...theme.dim} wrap="truncate">
          {columnLine(titles, widths, columns, signs.cut)}
        </Text>
      ) : null}
      {shown.map((cells, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows of a table have no other identity
        <Text key={index} wrap="truncate">
          {columnLine(cells, widths, columns, signs.cut).trimEnd()}
        </Text>
      ))}
      {shown.length < rows.length ? (
        <Text {...theme.dim}>{`${signs.cut} ${rows.length - shown.length} more`}</Text>
      ) : null}
    </Box>
  )
}
