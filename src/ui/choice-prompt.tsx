import { Box, render, Text, useApp, useInput } from 'ink'
import SelectInput, { type IndicatorProps, type ItemProps } from 'ink-select-input'
import type { Environment } from '../core/directories.ts'
import { asciiStream } from './ascii-stream.ts'
import { TerminalProvider, useSigns, useTheme } from './context.tsx'
import { terminalOf } from './terminal.ts'

export type PromptChoice<Value> = { readonly value: Value; readonly label: string }

export type ChoicePromptProps<Value> = {
  readonly question: string
  readonly choices: readonly PromptChoice<Value>[]
  /** The choice that the cursor is on at first. */
  readonly initial?: Value | undefined
  /** Null: left without choosing. */
  readonly onAnswer: (choice: PromptChoice<Value> | null) => void
}

/** A question with a few answers, between other lines in the terminal: arrows or numbers, enter, escape. */
export function ChoicePrompt<Value>({ question, choices, initial, onAnswer }: ChoicePromptProps<Value>) {
  const theme = useTheme()
  useInput((input, key) => {
    if (key.escape || (key.ctrl && input === 'c')) onAnswer(null)
  })
  const found = choices.findIndex(({ value }) => value === initial)
  return (
    <Box flexDirection="column">
      <Text {...theme.strong}>{question}</Text>
      <SelectInput
        items={choices.map(({ value, label }, index) => ({ key: label, value, label: `${index + 1} ${label}` }))}
        initialIndex={Math.max(0, found)}
        indicatorComponent={Indicator}
        itemComponent={Item}
        onSelect={(item) => onAnswer(choices.find(({ value }) => value === item.value) ?? null)}
      />
      <Text {...theme.dim}>enter takes it, esc leaves</Text>
    </Box>
  )
}

function Indicator({ isSelected = false }: IndicatorProps) {
  const signs = useSigns()
  return <Text>{isSelected ? `${signs.cursor} ` : '  '}</Text>
}

function Item({ isSelected = false, label }: ItemProps) {
  const theme = useTheme()
  return <Text {...(isSelected ? { ...theme.accent, bold: true } : {})}>{label}</Text>
}

type Streams = {
  readonly environment: Environment
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
}

/** Asks in the terminal, without taking the screen; what was asked and answered stays there. Null where it was left. */
export async function promptChoice<Value>(
  prompt: Omit<ChoicePromptProps<Value>, 'onAnswer'>,
  { environment, stdin, stdout }: Streams,
): Promise<PromptChoice<Value> | null> {
  const terminal = terminalOf(environment, stdout)
  const instance = render(
    <TerminalProvider terminal={terminal}>
      <Prompting {...prompt} />
    </TerminalProvider>,
    {
      stdin,
      stdout: terminal.unicode ? stdout : asciiStream(stdout),
      exitOnCtrlC: false,
      isScreenReaderEnabled: terminal.screenReader,
    },
  )
  return (await instance.waitUntilExit()) as PromptChoice<Value> | null
}

function Prompting<Value>(prompt: Omit<ChoicePromptProps<Value>, 'onAnswer'>) {
  const { exit } = useApp()
  return <ChoicePrompt {...prompt} onAnswer={exit} />
}
