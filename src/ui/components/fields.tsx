import { Box, Text } from 'ink'
import { useState } from 'react'
import { useSigns, useTheme } from '../context.tsx'
import { bind, commands } from '../keys/commands.ts'
import { useKeys } from '../keys/use-keys.ts'
import { cut, pad, widthOf } from '../text/width.ts'
import { moved, type SelectMove, settled } from './select-state.ts'
import { TextInput } from './text-input.tsx'

type FieldBase = {
  readonly id: string
  readonly label: string
  readonly value: string
  /** After the value: a unit, a range, where the value comes from. */
  readonly hint?: string | undefined
}

/** One value that can be changed in its row. */
export type Field = FieldBase &
  (
    | {
        readonly kind: 'text'
        /** What is wrong with a value, in a few words; null where it is right. */
        readonly check?: (text: string) => string | null
      }
    | { readonly kind: 'choice'; readonly choices: readonly { readonly value: string; readonly label: string }[] }
  )

type FieldsProps = {
  readonly fields: readonly Field[]
  readonly width: number
  /** Rows of the terminal; more fields than that scroll. */
  readonly height?: number
  /** True while the keys belong to these rows. */
  readonly active: boolean
  readonly onChange: (id: string, value: string) => void
}

/** Rows of a label and a value; the value is edited in place (text) or stepped through (choice). */
export function Fields({ fields, width, height = fields.length, active, onChange }: FieldsProps) {
  const [cursor, setCursor] = useState({ index: 0, top: 0 })
  const [editing, setEditing] = useState<string | null>(null)
  const extent = { count: fields.length, height }
  const { index, top } = settled(cursor, extent)
  const field = fields[index]
  const move = (kind: SelectMove) => setCursor(moved({ index, top }, kind, extent))
  const step = (delta: number) => {
    if (field?.kind !== 'choice') return
    const at = field.choices.findIndex((choice) => choice.value === field.value)
    const next = field.choices[(at + delta + field.choices.length) % field.choices.length]
    if (next) onChange(field.id, next.value)
  }
  const change = () => {
    if (field?.kind === 'choice') step(1)
    else if (field) setEditing(field.id)
  }
  const choosing = field?.kind === 'choice'
  useKeys(
    [
      bind(commands.up, () => move('up')),
      bind(commands.down, () => move('down')),
      ...(field ? [bind(commands.change, change)] : []),
      ...(choosing ? [bind(commands.lower, () => step(-1)), bind(commands.higher, () => step(1))] : []),
    ],
    { layer: 'component', active: active && editing === null },
  )
  const labelWidth = Math.max(0, ...fields.map((entry) => widthOf(entry.label)))
  return (
    <Box flexDirection="column" width={width}>
      {fields.slice(top, top + height).map((entry, row) => (
        <FieldRow
          key={entry.id}
          field={entry}
          labelWidth={labelWidth}
          width={width}
          isHere={active && top + row === index}
          isEdited={editing === entry.id}
          onDone={(value) => {
            setEditing(null)
            if (value !== null) onChange(entry.id, value)
          }}
        />
      ))}
    </Box>
  )
}

type FieldRowProps = {
  field: Field
  labelWidth: number
  width: number
  isHere: boolean
  isEdited: boolean
  /** Null: left as it was. */
  onDone: (value: string | null) => void
}

function FieldRow({ field, labelWidth, width, isHere, isEdited, onDone }: FieldRowProps) {
  const signs = useSigns()
  const theme = useTheme()
  const [wrong, setWrong] = useState<string | null>(null)
  const check = (text: string) => (field.kind === 'text' ? (field.check?.(text) ?? null) : null)
  const lead = `${isHere ? signs.cursor : ' '} ${pad(field.label, labelWidth)}  `
  const room = width - widthOf(lead)
  const leave = (value: string | null) => {
    setWrong(null)
    onDone(value)
  }
  if (isEdited) {
    return (
      <Box width={width} height={1}>
        <Box flexShrink={0}>
          <Text {...theme.accent}>{lead}</Text>
          <TextInput
            initial={field.value}
            width={Math.max(8, room - widthOf(wrong ?? '') - 2)}
            onChange={(text) => setWrong(check(text))}
            onCancel={() => leave(null)}
            onSubmit={(text) => {
              const reason = check(text)
              if (reason === null) leave(text)
              else setWrong(reason)
            }}
          />
        </Box>
        {wrong === null ? null : <Text {...theme.fail} wrap="truncate">{`  ${signs.failed} ${wrong}`}</Text>}
      </Box>
    )
  }
  const value = cut(shownValue(field, isHere, signs.left, signs.right), room, signs.cut)
  return (
    <Text wrap="truncate">
      <Text {...(isHere ? theme.accent : theme.dim)}>{lead}</Text>
      <Text {...(isHere ? theme.strong : {})}>{value}</Text>
      {field.hint === undefined ? null : (
        <Text {...theme.dim}>{`  ${cut(field.hint, room - widthOf(value) - 2, signs.cut)}`}</Text>
      )}
    </Text>
  )
}

function shownValue(field: Field, isHere: boolean, left: string, right: string): string {
  if (field.kind !== 'choice') return field.value
  const label = field.choices.find((choice) => choice.value === field.value)?.label ?? field.value
  return isHere ? `${left} ${label} ${right}` : label
}
