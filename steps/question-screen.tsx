import { Box, Text } from 'ink'
import { useState } from 'react'
import type { Advice } from '#src/advice/advice.ts'
import { formatGiB } from '#src/core/bytes.ts'
import { printableLine } from '#src/core/printable.ts'
import { fieldOf } from '#src/recipe/fields.ts'
import { Bar } from '#src/ui/components/bar.tsx'
import { useBody } from '#src/ui/components/body-context.ts'
import { type Field, Fields } from '#src/ui/components/fields.tsx'
import { SelectList } from '#src/ui/components/select-list.tsx'
import { useSigns, useTheme } from '#src/ui/context.tsx'
import { bind, commands } from '#src/ui/keys/commands.ts'
import { useKeys } from '#src/ui/keys/use-keys.ts'
import { cut, widthOf } from '#src/ui/text/width.ts'
import { wrap } from '#src/ui/text/wrap.ts'
import { choiceColumns, choiceRow } from './choice-rows.ts'
import { type FieldSpec, formatField } from './field-spec.ts'
import { parseField } from './parse-field.ts'
import type { ScreenProps } from './screen.ts'
import { SearchList } from './search-list.tsx'
import type { Choice, MemoryUse, Offer, QuestionStep } from './step.ts'

const searchWords = { label: 'other model', help: 'Search all models, or name one by its id or folder.', minor: false }

/** One question: its choices with reasons in the rows, the settings behind `tab`, why the one under the cursor, and what it does to memory. */
export function QuestionScreen({ step, ...props }: ScreenProps & { step: QuestionStep }) {
  const { columns, rows } = useBody()
  const theme = useTheme()
  const offer = props.resolved.offers[step.id]
  const chosen = props.resolved.chosen[step.id]
  // An answer that came along and cannot be taken is no place to begin: enter would do nothing there.
  const [refused] = useState(chosen?.state === 'no' ? chosen.id : null)
  const first = chosen?.id === refused ? offer?.recommended : chosen?.id
  const [here, setHere] = useState(first)
  const [inSettings, setInSettings] = useState(false)
  const [query, setQuery] = useState<string | null>(null)
  const searches = query !== null
  const canSearch = step.search !== undefined && !inSettings && !searches
  const isUnread = chosen?.advice.some(({ id }) => id === 'model-not-read') === true
  useKeys(
    [
      inSettings
        ? bind(commands.close, () => setInSettings(false), { label: 'choices', help: 'Go back to the choices.' })
        : bind(commands.back, props.back),
      ...(searches ? [] : [bind(commands.settings, () => setInSettings(!inSettings))]),
      ...(canSearch ? [bind(commands.search, () => setQuery(''), searchWords)] : []),
      ...(isUnread
        ? [bind(commands.readAgain, props.readModelAgain, { help: 'Ask the hub for this model again.' })]
        : []),
    ],
    // What is pasted, an id most likely, opens the search; single letters stay keys.
    canSearch ? { onText: (text) => (text.length > 1 ? setQuery(text.trim()) : undefined) } : {},
  )
  if (!offer) return null

  const fields = step.fields.filter((field) => step.shows?.(field, props.resolved.recipe) ?? true)
  const under = offer.choices.find((choice) => choice.id === here) ?? chosen
  const memory = under ? offer.memory?.[under.id] : undefined
  const why = under ? reasonsOf(under, offer) : []
  const age = step.age?.(props.resolved.recipe, new Date())
  const besideWhy = 3 + (memory ? 4 : 0) + (age ? 1 : 0)
  const whyLines = atMost(
    why.flatMap((text) => wrap(text, columns)),
    Math.min(8, Math.max(4, rows - besideWhy - offer.choices.length - 1)),
    columns,
  )
  const listHeight = Math.max(4, rows - besideWhy - whyLines.length - 1)
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      <Heading question={step.question} subject={props.resolved.recipe.model.id} width={columns} />
      <Box flexDirection="column" height={listHeight} flexShrink={0} overflow="hidden">
        {query !== null ? (
          <SearchList
            initial={query}
            hint="a name, an id (owner/name), a folder, or a name in Ollama’s library"
            width={columns}
            height={listHeight}
            find={(text) => props.search(step, text)}
            onChoose={(choice) => {
              props.setField('model.id', choice.set['model.id'])
              setQuery(null)
            }}
            onClose={() => setQuery(null)}
          />
        ) : inSettings ? (
          <Settings fields={fields} height={listHeight} width={columns} {...props} />
        ) : (
          <SelectList
            rows={offer.choices.map((choice) => choiceRow(choice, offer.recommended))}
            columns={choiceColumns(offer.choices)}
            width={columns}
            height={listHeight}
            initialId={first}
            chooseLabel="continue"
            onHighlight={(row) => setHere(row.id)}
            onSelect={(row) => {
              props.pick(step, row.id)
              props.next()
            }}
          />
        )}
      </Box>
      {memory ? <MemoryBar memory={memory} width={columns} /> : null}
      <Box flexDirection="column" marginTop={1} flexShrink={0}>
        {whyLines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines of one text, in their order
          <Text key={index} {...(index === 0 ? {} : theme.dim)}>
            {line}
          </Text>
        ))}
      </Box>
      {age ? <AgeLine age={age} width={columns} /> : null}
    </Box>
  )
}

/** As many lines as there is room for; the last of them says where the rest is. */
function atMost(lines: readonly string[], room: number, columns: number): readonly string[] {
  if (lines.length <= room) return lines
  const more = ' … (?)'
  const last = lines[room - 1] ?? ''
  return [...lines.slice(0, room - 1), `${cut(last, columns - widthOf(more), '')}${more}`]
}

/** The question, and what it is about as far as there is room. */
function Heading({ question, subject, width }: { question: string; subject: string; width: number }) {
  const theme = useTheme()
  const signs = useSigns()
  const name = subject.split('/').findLast((part) => part !== '') ?? subject
  const room = width - widthOf(question) - 3
  return (
    <Box justifyContent="space-between" marginBottom={1} width={width} height={1} flexShrink={0}>
      <Text bold wrap="truncate">
        {question}
      </Text>
      <Text {...theme.dim}>{room < 8 ? '' : cut(printableLine(name), room, signs.cut)}</Text>
    </Box>
  )
}

/** When the facts behind the rows were gathered; said louder where that is long ago. */
function AgeLine({ age, width }: { age: Advice; width: number }) {
  const theme = useTheme()
  const whole = `${age.what} ${age.why}`
  return (
    <Box flexShrink={0}>
      <Text {...(age.kind === 'warn' ? theme.warn : theme.dim)} wrap="truncate">
        {widthOf(whole) <= width ? whole : age.what}
      </Text>
    </Box>
  )
}

/** Why a choice, in the words of its advice; the decisive one first. */
function reasonsOf(choice: Choice, offer: Offer): string[] {
  const order: Record<Advice['kind'], number> = { refuse: 0, recommend: 1, warn: 2, note: 3 }
  const advice = [...choice.advice, ...offer.advice].sort((a, b) => order[a.kind] - order[b.kind])
  const notHere = choice.state === 'no' && choice.note ? [printableLine(`Not here: ${choice.note}.`)] : []
  const reasons = advice.slice(0, 3).map((item) => {
    const lead = item.kind === 'warn' ? 'Careful: ' : ''
    return printableLine(`${lead}${item.what} ${item.why}${item.instead ? ` Instead: ${item.instead}` : ''}`)
  })
  return [...notHere, ...reasons]
}

function MemoryBar({ memory, width }: { memory: MemoryUse; width: number }) {
  const used = memory.parts.reduce((sum, part) => sum + part.bytes, 0)
  const names = { weights: 'weights', kv: 'KV', graphs: 'graphs', other: 'other' }
  const segments = memory.parts.map((part) => ({ label: names[part.name], value: part.bytes }))
  return (
    <Box flexDirection="column" marginTop={1} flexShrink={0}>
      <Text wrap="truncate">{memory.settings}</Text>
      <Bar
        label={memory.label}
        segments={[...segments, { label: 'free', value: Math.max(0, memory.totalBytes - used), empty: true }]}
        total={memory.totalBytes}
        width={width}
        format={(bytes) => formatGiB(bytes)}
      />
    </Box>
  )
}

type SettingsProps = ScreenProps & { fields: readonly FieldSpec[]; width: number; height: number }

function Settings({ fields, width, height, resolved, setField }: SettingsProps) {
  const shown: Field[] = fields.map((spec) => fieldOnScreen(spec, fieldOf(resolved.recipe, spec.path)))
  return (
    <Fields
      fields={shown}
      width={width}
      height={height}
      active
      onChange={(path, text) => {
        const spec = fields.find((field) => field.path === path)
        const parsed = spec && parseField(spec, text)
        if (parsed && 'value' in parsed) setField(path, parsed.value)
      }}
    />
  )
}

function fieldOnScreen(spec: FieldSpec, value: unknown): Field {
  const base = { id: spec.path, label: spec.label, value: printableLine(formatField(spec, value)), hint: spec.help }
  if (spec.options)
    return { ...base, kind: 'choice', choices: spec.options.map((option) => ({ value: option, label: option })) }
  return {
    ...base,
    kind: 'text',
    check: (text) => {
      const parsed = parseField(spec, text)
      return 'problem' in parsed ? parsed.problem : null
    },
  }
}
