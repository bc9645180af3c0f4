import { expect, test, vi } from 'vitest'
import { ChoicePrompt } from '#src/ui/choice-prompt.tsx'
import { show } from '#test/support/component.tsx'

const choices = [
  { value: 'go', label: 'carry it out' },
  { value: 'look', label: 'show every command' },
  { value: 'leave', label: 'leave' },
]

function asked(initial?: string) {
  const onAnswer = vi.fn()
  return {
    onAnswer,
    ...show(<ChoicePrompt question="What now?" choices={choices} initial={initial} onAnswer={onAnswer} />),
  }
}

test('says the question, the answers and the keys', () => {
  expect(asked('look').lines()).toEqual([
    'What now?',
    '  1 carry it out',
    '› 2 show every command',
    '  3 leave',
    'enter takes it, esc leaves',
  ])
})

test.each([
  [['enter'], 'look'],
  [['down', 'enter'], 'leave'],
  [['3'], 'leave'],
  [['escape'], null],
  [['ctrl-c'], null],
])('%j answers %s', async (keys, answer) => {
  const { onAnswer, press } = asked('look')
  for (const key of keys) await press(key)
  await vi.waitFor(() =>
    expect(onAnswer).toHaveBeenLastCalledWith(answer === null ? null : expect.objectContaining({ value: answer })),
  )
})

test.each([
  [['down', 'enter'], 'look'],
  [['down', 'down', 'enter'], 'leave'],
  [['up', 'enter'], 'leave'],
])('%j in one read, as a slow line brings them, answers %s', async (keys, answer) => {
  const { onAnswer, press } = asked('go')
  await press(...keys)
  await vi.waitFor(() => expect(onAnswer.mock.calls).toEqual([[expect.objectContaining({ value: answer })]]))
})
