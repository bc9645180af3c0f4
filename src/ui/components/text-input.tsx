import { Text } from 'ink'
import { useReducer, useRef } from 'react'
import { useTheme } from '../context.tsx'
import { bind, commands } from '../keys/commands.ts'
import { useKeys } from '../keys/use-keys.ts'
import { widthOf } from '../text/width.ts'
import { reduceTextInput, type TextInputAction, textInputState, textOf } from './text-input-state.ts'

type TextInputProps = {
  readonly initial?: string
  readonly width: number
  /** The word for enter in the footer. */
  readonly applyLabel?: string
  readonly onChange?: (text: string) => void
  readonly onSubmit: (text: string) => void
  readonly onCancel: () => void
}

/** One line of text to type. While it is there it has the keyboard; enter and escape give it back. */
export function TextInput({ initial = '', width, applyLabel, onChange, onSubmit, onCancel }: TextInputProps) {
  const theme = useTheme()
  const [state, dispatch] = useReducer(reduceTextInput, initial, textInputState)
  // Keys that come in one read are handled before the next render: what they did is kept here until then.
  const latest = useRef(state)
  latest.current = state
  const edit = (action: TextInputAction) => {
    latest.current = reduceTextInput(latest.current, action)
    dispatch(action)
    onChange?.(textOf(latest.current))
  }
  const editing = (keys: readonly string[], type: Exclude<TextInputAction['type'], 'insert'>, help: string) =>
    bind({ keys, label: '', help }, () => edit({ type }))
  useKeys(
    [
      bind(
        commands.apply,
        () => onSubmit(textOf(latest.current)),
        applyLabel === undefined ? {} : { label: applyLabel },
      ),
      bind(commands.cancel, onCancel),
      editing(['backspace', 'ctrl-h'], 'backspace', 'Delete the character before the cursor.'),
      editing(['delete', 'ctrl-d'], 'delete', 'Delete the character under the cursor.'),
      editing(['left'], 'left', 'Move left.'),
      editing(['right'], 'right', 'Move right.'),
      editing(['home', 'ctrl-a'], 'home', 'Go to the start.'),
      editing(['end', 'ctrl-e'], 'end', 'Go to the end.'),
      editing(['ctrl-u'], 'clear', 'Delete everything.'),
    ],
    { layer: 'dialog', exclusive: true, onText: (text) => edit({ type: 'insert', text }) },
  )
  const { characters, cursor } = state
  const from = firstShown(characters, cursor, width)
  return (
    <Text wrap="truncate">
      {characters.slice(from, cursor).join('')}
      <Text {...theme.found}>{characters[cursor] ?? ' '}</Text>
      {characters.slice(cursor + 1).join('')}
    </Text>
  )
}

/** The first character to show so that the cursor is within `width` columns. */
function firstShown(characters: readonly string[], cursor: number, width: number): number {
  let from = cursor
  let used = 2
  while (from > 0) {
    used += widthOf(characters[from - 1] ?? '')
    if (used > width) break
    from -= 1
  }
  return from
}
