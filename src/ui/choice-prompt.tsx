import { Box, render, Text, useApp, useInput } from 'ink'
import SelectInput, { type IndicatorProps, type ItemProps } from 'ink-select-input'
import { useRef, useState } from 'react'
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
  const found = choices.findIndex(({ value }) => value === initial)
  const [drawn, draw] = useState(Math.max(0, found))
  // Keys that come in one read are handled before anything is drawn, so the cursor is not only in the state.
  const cursor = useRef(drawn)
  const move = (by: number) => {
    cursor.current = (cursor.current + by + choices.length) % choices.length
    draw(cursor.current)
  }
  useInput((input, key) => {
    const numbered = /^[1-9]$/.test(input) ? choices[Number(input) - 1] : undefined
    if (key.escape || (key.ctrl && input === 'c')) onAnswer(null)
    else if (key.upArrow || input === 'k') move(-1)
    else if (key.downArrow || input === 'j') move(1)
    else if (numbered) onAnswer(numbered)
    else if (key.return) onAnswer(choices[cursor.current] ?? null)
  })
  return (
    <Box flexDirection="column">
      <Text {...theme.strong}>{question}</Text>
      {/* It draws; given the keys, it would take an enter that comes with an arrow for the row before. */}
      <SelectInput
        key={drawn}
        isFocused={false}
        items={choices.map(({ value, label }, index) => ({ key: label, value, label: `${index + 1} ${label}` }))}
        initialIndex={drawn}
        indicatorComponent={Indicator}
        itemComponent={Item}
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
