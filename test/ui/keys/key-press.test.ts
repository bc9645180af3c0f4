import { expect, test } from 'vitest'
import { keyPressesOf } from '#src/ui/keys/key-press.ts'

test.each([
  ['a', {}, ['a']],
  ['jj\r', {}, ['j', 'j', 'enter']],
  ['G', { shift: true }, ['G']],
  [' ', {}, ['space']],
  ['', { upArrow: true }, ['up']],
  ['', { pageDown: true }, ['page-down']],
  ['', { return: true }, ['enter']],
  ['', { tab: true }, ['tab']],
  ['', { tab: true, shift: true }, ['shift-tab']],
  ['c', { ctrl: true }, ['ctrl-c']],
  ['a\tb', {}, ['a', 'tab', 'b']],
  ['ab\u007f', {}, ['a', 'b', 'backspace']],
  ['x\u0003', {}, ['x', 'ctrl-c']],
  ['x', { meta: true }, []],
  ['\u009b', {}, []],
  ['模👍', {}, ['模', '👍']],
  ['a', { eventType: 'release' as const }, []],
])('%j with %j is %j', (input, key, names) => {
  expect(keyPressesOf(input, key).map((press) => press.name)).toEqual(names)
})

test('only keys that type something have text', () => {
  expect(keyPressesOf('a \r', {}).map((press) => press.text)).toEqual(['a', ' ', ''])
})
