import { expect, test } from 'vitest'
import { copySequence } from '#src/ui/clipboard.ts'

test.each([
  ['hello', {}, '\u001b]52;c;aGVsbG8=\u0007'],
  ['模', {}, '\u001b]52;c;5qih\u0007'],
  ['hello', { TMUX: '/tmp/tmux-0/default,1,0' }, '\u001bPtmux;\u001b\u001b]52;c;aGVsbG8=\u0007\u001b\\'],
  ['hello', { STY: '1.pts' }, '\u001bP\u001b]52;c;aGVsbG8=\u0007\u001b\\'],
  ['x'.repeat(60_000), {}, null],
])('copying %.20j with %j writes %j', (text, environment, sequence) => {
  expect(copySequence(text, environment)).toBe(sequence)
})
