import { Box, Text } from 'ink'
import { useEffect, useState } from 'react'
import { useSigns, useTerminal, useTheme } from '../context.tsx'
import { bind, commands } from '../keys/commands.ts'
import { useKeys } from '../keys/use-keys.ts'
import { cut, widthOf } from '../text/width.ts'
import type { Style } from '../theme.ts'
import { type Column, columnLine, columnWidths } from './columns.ts'
import { moved, type SelectMove, settled } from './select-state.ts'

/** A row that can be chosen. */
export type SelectRow<Value> = {
  /** Unique in the list and stable while the row stays: the cursor follows it. */
  readonly id: string
  readonly value: Value
  /** In front of the cells: how the row stands, as a sign. Where one row has a sign, all have the room for it. */
  readonly sign?: { readonly text: string; readonly style: Style } | undefined
  /** In the order of the columns; a row may end early. */
  readonly cells: readonly string[]
  /** Why it cannot be chosen; stands after the row's cells. The cursor can rest on it, so that help can explain it. */
  readonly disabled?: string | undefined
  /** `(recommended)`, after the cells. */
  readonly remark?: string | undefined
}

type SelectListProps<Value> = {
  readonly rows: readonly SelectRow<Value>[]
  readonly columns: readonly Column[]
  /** Room for the whole list, in columns and rows of the terminal. */
  readonly width: number
  readonly height: number
  /** Where the cursor starts. */
  readonly initialId?: string | undefined
  /** The row that the cursor keeps to until the operator moves it. */
  readonly followId?: string | undefined
  /** False: keys go elsewhere. */
  readonly active?: boolean
  /** `1`-`9` choose a row at once, and each row shows its number. */
  readonly numbered?: boolean
  /** The word for enter in the footer. */
  readonly chooseLabel?: string
  readonly onHighlight?: (row: SelectRow<Value>) => void
  readonly onSelect?: (row: SelectRow<Value>) => void
}

/** A list to choose from: columns that line up, reasons in the rows that cannot be chosen, scrolling where it is long. */
export function SelectList<Value>(props: SelectListProps<Value>) {
  const { rows, columns, width, active = true, numbered = false, chooseLabel = 'choose' } = props
  const room = Math.max(1, props.height)
  const scrolls = rows.length > room
  const extent = { count: rows.length, height: scrolls ? Math.max(1, room - 1) : room }
  const { state, move, row } = useSelection(props, extent)

  const choose = (chosen: SelectRow<Value> | undefined) => {
    if (chosen && chosen.disabled === undefined) props.onSelect?.(chosen)
  }
  const numbers = numbered
    ? rows
        .slice(0, 9)
        .map((entry, index) =>
          bind({ keys: [String(index + 1)], label: '', help: `Take row ${index + 1}.` }, () => choose(entry)),
        )
    : []
  const canChoose = props.onSelect !== undefined && row?.disabled === undefined
  useKeys(
    [
      bind(commands.up, () => move('up')),
      bind(commands.down, () => move('down')),
      bind(commands.pageUp, () => move('page-up')),
      bind(commands.pageDown, () => move('page-down')),
      bind(commands.first, () => move('first')),
      bind(commands.last, () => move('last')),
      ...(props.onSelect ? [bind(commands.choose, () => choose(row), { label: canChoose ? chooseLabel : '' })] : []),
      ...numbers,
    ],
    { layer: 'component', active },
  )

  const signed = rows.some((entry) => entry.sign)
  const lead = (numbered ? 5 : 2) + (signed ? 2 : 0)
  const widths = columnWidths(
    columns,
    rows.map((entry) => entry.cells),
    width - lead - roomForRemarks(rows, width),
  )
  const { dim } = useTheme()
  const signs = useSigns()
  const below = rows.length - state.top - extent.height
  return (
    <Box flexDirection="column" width={width} aria-role="listbox">
      {rows.slice(state.top, state.top + extent.height).map((entry, index) => (
        <Row
          key={entry.id}
          row={entry}
          line={columnLine(entry.cells, widths, columns, signs.cut)}
          number={numbered ? state.top + index + 1 : null}
          signed={signed}
          width={width}
          isHere={state.top + index === state.index}
          active={active}
        />
      ))}
      {scrolls ? (
        <Text
          {...dim}
        >{`${' '.repeat(lead)}${state.index + 1} of ${rows.length}${below > 0 ? `, ${below} more below` : ''}`}</Text>
      ) : null}
    </Box>
  )
}

/** Long names give way to what is said about them: a reason that is cut off after four letters says nothing. */
function roomForRemarks(rows: readonly SelectRow<unknown>[], width: number): number {
  const longest = Math.max(0, ...rows.map(({ disabled, remark }) => widthOf(disabled ?? remark ?? '')))
  return longest === 0 ? 0 : Math.min(longest + 2, Math.floor(width / 3))
}

/** The cursor, kept on its row by the row's id while rows come, go and change. */
function useSelection<Value>(
  { rows, initialId, followId, onHighlight }: SelectListProps<Value>,
  extent: { count: number; height: number },
) {
  const [cursor, setCursor] = useState({ id: initialId ?? rows[0]?.id, index: 0, top: 0 })
  const [isMoved, setMoved] = useState(false)
  const wanted = isMoved ? cursor.id : (followId ?? cursor.id)
  const found = rows.findIndex((entry) => entry.id === wanted)
  // Where the row was, for when it goes.
  if (found !== -1 && found !== cursor.index) setCursor({ ...cursor, id: wanted, index: found })
  const state = settled({ index: found === -1 ? cursor.index : found, top: cursor.top }, extent)
  const row = rows[state.index]
  const move = (kind: SelectMove) => {
    const next = moved(state, kind, extent)
    setMoved(true)
    setCursor({ ...next, id: rows[next.index]?.id })
  }
  const id = row?.id
  // biome-ignore lint/correctness/useExhaustiveDependencies: told when the cursor comes to another row, not at each render
  useEffect(() => {
    if (row) onHighlight?.(row)
  }, [id])
  return { state, move, row }
}

type RowProps<Value> = {
  row: SelectRow<Value>
  line: string
  number: number | null
  signed: boolean
  width: number
  isHere: boolean
  active: boolean
}

function Row<Value>({ row, line, number, signed, width, isHere, active }: RowProps<Value>) {
  const signs = useSigns()
  const theme = useTheme()
  const { screenReader } = useTerminal()
  const cursor = isHere ? signs.cursor : ' '
  const lead = number === null ? `${cursor} ` : `${cursor} ${String(number).padStart(2)} `
  const remark = row.disabled ?? row.remark
  const room = width - lead.length - (signed ? 2 : 0)
  const words = cut(remark === undefined ? line : `${line.trimEnd()}  ${remark}`, room, signs.cut).trimEnd()
  const style = row.disabled !== undefined ? theme.dim : isHere && active ? { ...theme.accent, bold: true } : {}
  if (screenReader) {
    const end = row.disabled === undefined ? '' : ', not available'
    return <Text>{`${isHere ? 'here: ' : ''}${row.sign ? `${row.sign.text} ` : ''}${words}${end}`}</Text>
  }
  return (
    <Text wrap="truncate" {...style}>
      {lead}
      {signed ? <Text {...row.sign?.style}>{`${row.sign?.text ?? ' '} `}</Text> : null}
      {words}
    </Text>
  )
}
