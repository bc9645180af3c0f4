import { useState } from 'react'
import { describe, expect, test } from 'vitest'
import { type Field, Fields } from '#src/ui/components/fields.tsx'
import { reduceTextInput, type TextInputAction, textInputState, textOf } from '#src/ui/components/text-input-state.ts'
import { show } from '#test/support/component.tsx'

function Settings({ width = 60, height = 10 }: { width?: number; height?: number }) {
  const [values, setValues] = useState<Record<string, string>>({ length: '8192', layout: 'tp', name: 'local' })
  const check = (text: string) => (Number(text) > 32768 ? 'at most 32768' : null)
  const fields: Field[] = [
    { id: 'length', label: 'length', kind: 'text', value: values.length ?? '', hint: 'tokens', check },
    {
      id: 'layout',
      label: 'layout',
      kind: 'choice',
      value: values.layout ?? '',
      choices: [
        { value: 'tp', label: 'TP 8' },
        { value: 'pp', label: 'PP 8' },
      ],
    },
    { id: 'name', label: 'served name', kind: 'text', value: values.name ?? '' },
  ]
  return (
    <Fields
      fields={fields}
      width={width}
      height={height}
      active
      onChange={(id, value) => setValues({ ...values, [id]: value })}
    />
  )
}

describe('fields', () => {
  test('show labels and values in columns', () => {
    expect(show(<Settings />).lines()).toEqual([
      '› length       8192  tokens',
      '  layout       TP 8',
      '  served name  local',
    ])
  })

  test('are edited in place', async () => {
    const screen = show(<Settings />)
    await screen.press('down', 'down', 'enter', '-a', 'enter')
    await screen.shows('served name  local-a')
  })

  test('are left as they were by escape', async () => {
    const screen = show(<Settings />)
    await screen.press('enter', '99')
    await screen.shows('819299')
    await screen.press('escape')
    await screen.shows('› length       8192  tokens')
  })

  test('say what is wrong, and are not left before it is right', async () => {
    const screen = show(<Settings />)
    await screen.press('enter', '9', 'enter')
    await screen.shows('✗ at most 32768')
    await screen.press('backspace', 'enter')
    await screen.shows('› length       8192  tokens')
  })

  test('cut what is wrong where it is longer than the line', async () => {
    const screen = show(<Settings width={28} />)
    await screen.press('enter', '9', 'enter')
    await screen.shows(/^› length {7}81929 .*✗ a.*…$/m)
    expect(screen.lines()[1]).toBe('  layout       TP 8')
  })

  test('step through choices both ways', async () => {
    const screen = show(<Settings />)
    await screen.press('down', 'right')
    await screen.shows('← PP 8 →')
    await screen.press('left')
    await screen.shows('← TP 8 →')
    await screen.press('enter')
    await screen.shows('← PP 8 →')
  })

  test('scroll where there is less room', async () => {
    const screen = show(<Settings height={2} />)
    expect(screen.lines()).toEqual(['› length       8192  tokens', '  layout       TP 8'])
    await screen.press('down', 'down')
    await screen.shows('› served name')
    expect(screen.lines()).toHaveLength(2)
  })
})

test.each<[string, TextInputAction[], string]>([
  ['abc', [{ type: 'backspace' }], 'ab'],
  ['abc', [{ type: 'left' }, { type: 'insert', text: 'X' }], 'abXc'],
  ['abc', [{ type: 'home' }, { type: 'delete' }], 'bc'],
  ['abc', [{ type: 'home' }, { type: 'backspace' }], 'abc'],
  ['模型', [{ type: 'left' }, { type: 'backspace' }], '型'],
  ['👩‍💻x', [{ type: 'left' }, { type: 'backspace' }], 'x'],
  ['', [{ type: 'insert', text: 'hf_token\n' }], 'hf_token'],
  ['', [{ type: 'insert', text: 'a\u001b[31mb\r\nc' }], 'a[31mb c'],
  ['', [{ type: 'insert', text: ' ' }], ' '],
  ['abc', [{ type: 'clear' }], ''],
])('%j after %j is %j', (text, actions, expected) => {
  expect(textOf(actions.reduce(reduceTextInput, textInputState(text)))).toBe(expected)
})
