import { Box, Text } from 'ink'
import { useMemo, useState } from 'react'
import { correctableFacts } from '#src/machine/corrections.ts'
import type { Machine } from '#src/machine/schema.ts'
import { SelectList } from '#src/ui/components/select-list.tsx'
import { TextInput } from '#src/ui/components/text-input.tsx'
import { useTheme } from '#src/ui/context.tsx'

type CorrectPanelProps = {
  machine: Machine
  width: number
  height: number
  correct: (assignment: string) => void
  close: () => void
}

/** Every fact of the machine to choose from, and a line to type what it really is. */
export function CorrectPanel({ machine, width, height, correct, close }: CorrectPanelProps) {
  const theme = useTheme()
  const facts = useMemo(() => correctableFacts(machine), [machine])
  const [chosen, setChosen] = useState<(typeof facts)[number] | null>(null)
  if (chosen === null) {
    return (
      <Box flexDirection="column" width={width} height={height}>
        <Text bold>Which fact is wrong?</Text>
        <SelectList
          rows={facts.map((fact) => ({
            id: fact.path,
            value: fact,
            cells: [fact.path, fact.shown],
            remark: fact.isCorrected ? '(corrected)' : undefined,
          }))}
          columns={[{}, {}]}
          width={width}
          height={height - 1}
          chooseLabel="correct"
          onSelect={(row) => setChosen(row.value)}
        />
      </Box>
    )
  }
  return (
    <Box flexDirection="column" width={width} height={height}>
      <Text bold>{`What is ${chosen.path}?`}</Text>
      <Text {...theme.dim} wrap="truncate">{`It was read as ${chosen.shown}`}</Text>
      <Text {...theme.dim}>
        {chosen.path.endsWith('Bytes')
          ? 'A size with its unit, such as 12GiB; or: unknown'
          : 'The value; words of a list are divided by commas; or: unknown'}
      </Text>
      <Box marginTop={1}>
        <Text>{'> '}</Text>
        <TextInput
          initial={chosen.typed}
          width={width - 2}
          onCancel={() => setChosen(null)}
          onSubmit={(text) => {
            close()
            if (text.trim() !== '' && text.trim() !== chosen.typed) correct(`${chosen.path}=${text.trim()}`)
          }}
        />
      </Box>
    </Box>
  )
}
