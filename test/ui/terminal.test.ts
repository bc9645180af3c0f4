import { describe, expect, test } from 'vitest'
import { terminalOf } from '#src/ui/terminal.ts'

const tty = { isTTY: true }

describe('colour depth', () => {
  test.each([
    [{ TERM: 'xterm' }, tty, 4],
    [{ TERM: 'xterm-256color' }, tty, 8],
    [{ TERM: 'xterm-256color', COLORTERM: 'truecolor' }, tty, 24],
    [{ TERM: 'xterm-256color', NO_COLOR: '1' }, tty, 0],
    [{ TERM: 'xterm-256color', NO_COLOR: '' }, tty, 8],
    [{ TERM: 'dumb', COLORTERM: 'truecolor' }, tty, 0],
    [{ TERM: 'vt220' }, tty, 0],
    [{ TERM: 'vt100', FORCE_COLOR: '1' }, tty, 4],
    [{ TERM: 'xterm-256color' }, { isTTY: undefined }, 0],
    [{ FORCE_COLOR: '1' }, { isTTY: false }, 4],
    [{ FORCE_COLOR: '2', NO_COLOR: '1' }, tty, 8],
    [{ FORCE_COLOR: '3' }, tty, 24],
    [{ FORCE_COLOR: '0', COLORTERM: 'truecolor' }, tty, 0],
    [{ FORCE_COLOR: '' }, tty, 4],
  ])('%j on %j: %i bits', (environment, stream, bits) => {
    expect(terminalOf(environment, stream).colourDepth).toBe(bits)
  })
})

describe('unicode', () => {
  test.each([
    [{ LANG: 'en_US.UTF-8' }, true],
    [{ LANG: 'C.utf8' }, true],
    [{ LANG: 'C' }, false],
    [{}, false],
    [{ LANG: 'en_US.UTF-8', LC_ALL: 'POSIX' }, false],
    [{ LANG: 'en_US.UTF-8', LC_ALL: '' }, true],
    [{ LANG: 'C', LC_CTYPE: 'de_DE.UTF-8' }, true],
    [{ LANG: 'en_US.UTF-8', TERM: 'linux' }, false],
    [{ LANG: 'en_US.UTF-8', TERM: 'dumb' }, false],
    [{ LANG: 'en_US.UTF-8', TERM: 'vt220' }, false],
    [{ LANG: 'en_US.UTF-8', TERM: 'vt100', RIGUP_ASCII: '0' }, true],
    [{ LANG: 'en_US.UTF-8', RIGUP_ASCII: '1' }, false],
    [{ LANG: 'C', RIGUP_ASCII: '0' }, true],
  ])('%j: %s', (environment, unicode) => {
    expect(terminalOf(environment, tty).unicode).toBe(unicode)
  })
})

test('a screen reader is what Ink takes for one', () => {
  expect(terminalOf({ INK_SCREEN_READER: 'true' }, tty).screenReader).toBe(true)
  expect(terminalOf({ INK_SCREEN_READER: '1' }, tty).screenReader).toBe(false)
})
