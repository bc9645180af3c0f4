import { Box, Text } from 'ink'
import { useState } from 'react'
import { printableLine } from '#src/core/printable.ts'
import { SelectList } from '#src/ui/components/select-list.tsx'
import { useTheme } from '#src/ui/context.tsx'
import { bind, commands } from '#src/ui/keys/commands.ts'
import { useKeys } from '#src/ui/keys/use-keys.ts'
import { choiceColumns, choiceRow } from './choice-rows.ts'
import type { Choice } from './step.ts'

type SearchListProps = {
  /** What was typed or pasted already. */
  initial: string
  hint: string
  width: number
  height: number
  find: (text: string) => readonly Choice[]
  onChoose: (choice: Choice) => void
  onClose: () => void
}

/** A line to type in, and below it the rows for what stands there; the arrow keys move in the rows meanwhile. */
export function SearchList({ initial, hint, width, height, find, onChoose, onClose }: SearchListProps) {
  const [text, setText] = useState(initial)
  const choices = find(text)
  return (
    // The line is drawn above and mounted last, so that it is asked first for letters that the list has keys for.
    <Box flexDirection="column-reverse" width={width} height={height} justifyContent="flex-end">
      <SelectList
        rows={choices.map((choice) => choiceRow(choice))}
        columns={choiceColumns(choices)}
        width={width}
        height={Math.max(1, height - 2)}
        chooseLabel="take it"
        onSelect={(row) => onChoose(row.value)}
      />
      <SearchLine text={text} hint={choices.length === 0 ? hint : ''} onChange={setText} onClose={onClose} />
    </Box>
  )
}

type SearchLineProps = { text: string; hint: string; onChange: (text: string) => void; onClose: () => void }

function SearchLine({ text, hint, onChange, onClose }: SearchLineProps) {
  const theme = useTheme()
  const quiet = { label: '' }
  useKeys(
    [
      bind(commands.close, onClose),
      bind({ keys: ['backspace', 'ctrl-h'], ...quiet, help: 'Delete the last character.' }, () =>
        onChange(text.slice(0, -1)),
      ),
      bind({ keys: ['ctrl-u'], ...quiet, help: 'Delete everything.' }, () => onChange('')),
    ],
    { layer: 'component', onText: (typed) => onChange(printableLine(text + typed).trimStart()) },
  )
  return (
    <Box marginBottom={1} flexShrink={0}>
      <Text wrap="truncate">
        {'> '}
        {text}
        <Text {...theme.found}> </Text>
        <Text {...theme.dim}>{hint === '' ? '' : `  ${hint}`}</Text>
      </Text>
    </Box>
  )
}
