import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { bundle } from '#test/support/bundle.ts'
import { type TerminalOptions, TestTerminal } from '#test/support/terminal.ts'

let program: string
let terminal: TestTerminal | undefined

beforeAll(async () => {
  program = await bundle('test/ui/fixtures/small-app.tsx')
})
afterEach(async () => {
  await terminal?.close()
})

async function open(options: TerminalOptions = {}, ready: RegExp = /q quit/): Promise<TestTerminal> {
  terminal = new TestTerminal([process.execPath, program], options)
  await terminal.waitFor(ready)
  return terminal
}

/** Sequences for colours (not for bold, dim and inverse). */
const colours = /\u001b\[(?:3[0-79]|38;|9[0-7])/

describe('the screen', () => {
  test('at 80x24 has title, steps, body and keys, each in its place', async () => {
    const lines = (await open()).lines()
    expect(lines).toHaveLength(24)
    expect(lines[0]).toBe(` rigup  new machine · mining-rig${' '.repeat(35)}quantize 4/4`)
    expect(lines[1]).toBe(` ${'─'.repeat(78)}`)
    expect(lines[2]).toBe(' ✓ hardware   Which checkpoint?')
    expect(lines[5]).toBe(' ● quantize     AWQ        38.9 GiB  fits')
    expect(lines[22]).toBe(` ${'─'.repeat(78)}`)
    expect(lines[23]).toBe(' enter choose   ? help   q quit')
  })

  test('above 110 columns has a panel on the right, and the body where it was', async () => {
    const lines = (await open({ columns: 130, rows: 30 })).lines()
    expect(lines[2]).toMatch(/^ ✓ hardware {3}Which checkpoint\? {2,}panel of 48 columns$/)
  })

  test('at 60x16 leaves out the steps and keeps the keys', async () => {
    const lines = (await open({ columns: 60, rows: 16 })).lines()
    expect(lines[2]).toBe(' Which checkpoint?')
    expect(lines[15]).toBe(' enter choose   ? help   q quit')
  })

  test('below that asks for a larger window, loses nothing, and can be left', async () => {
    const screen = await open()
    screen.press('down')
    await screen.waitFor('› AWQ')
    screen.resize(50, 12)
    await screen.waitFor('rigup needs 60x16')
    screen.resize(80, 24)
    await screen.waitFor('› AWQ')
    screen.resize(40, 8)
    await screen.waitFor('rigup needs 60x16')
    screen.press('q')
    expect(await screen.exited).toBe(0)
  })

  test('is the same after any way of resizing as at once', async () => {
    const screen = await open()
    for (const [columns, rows] of [
      [100, 40],
      [61, 17],
      [130, 30],
      [80, 24],
    ] as const) {
      screen.resize(columns, rows)
      await screen.waitFor(
        (text) => (text.split('\n')[1] ?? '').trim().length === columns - 2 && text.includes('q quit'),
      )
    }
    const resized = screen.screen()
    await screen.close()
    expect(resized).toBe((await open()).screen())
  })

  test('is drawn again by ctrl-l when something else wrote over it', async () => {
    const screen = await open()
    const before = screen.screen()
    screen.scribble('\u001b[5;1Hgarbage from a broadcast message\r\nmore of it')
    await screen.waitFor('garbage')
    screen.press('ctrl-l')
    await screen.waitFor((text) => !text.includes('garbage') && text === before)
  })

  test('explains every key with ?, and what else there is to say, and then is where it was', async () => {
    const screen = await open()
    screen.press('down', '?')
    await screen.waitFor(/Keys on this screen.*esc close/s)
    expect(screen.screen()).toContain('Take the row under the cursor.')
    screen.press('end')
    await screen.waitFor('panel of 65 columns')
    screen.press('j', '?')
    await screen.waitFor('› AWQ')
  })

  test('is ASCII where the locale has no UTF-8, foreign words included', async () => {
    const screen = await open({ env: { LANG: 'C', LC_ALL: undefined } })
    expect(screen.screen()).toMatch(/^[\n\x20-\x7e]*$/)
    expect(screen.lines()[1]).toBe(` ${'-'.repeat(78)}`)
    expect(screen.screen()).toContain('+ hardware')
  })

  test('has no colour with NO_COLOR, and some without', async () => {
    const plain = await open({ env: { NO_COLOR: '1' } })
    expect(plain.output).not.toMatch(colours)
    await plain.close()
    expect((await open()).output).toMatch(colours)
  })

  test('is written line by line for a screen reader', async () => {
    const screen = await open({ env: { INK_SCREEN_READER: 'true' } })
    expect(screen.buffer).toBe('normal')
    expect(screen.screen()).toContain('here: GPTQ-Int4')
    expect(screen.screen()).not.toContain('─')
  })
})

describe('the terminal', () => {
  test('is handed over for a password, and taken back', async () => {
    const screen = await open()
    screen.press('S')
    await screen.waitFor('Password:')
    expect(screen.buffer).toBe('normal')
    screen.press('secret', 'enter')
    await screen.waitFor('after the password')
    expect(screen.buffer).toBe('alternate')
    expect(screen.output).toContain('READ <SECRET>')
    expect(screen.output).not.toContain('secret')
    screen.press('j')
    await screen.waitFor('› AWQ')
  })

  test('is given back to the shell by ctrl-z, until fg', async () => {
    terminal = new TestTerminal(['bash', '--norc', '--noprofile', '-i'], { env: { PS1: 'shell> ' } })
    await terminal.waitFor('shell>')
    terminal.press(`${process.execPath} ${program}`, 'enter')
    await terminal.waitFor('q quit')
    terminal.press('j')
    await terminal.waitFor('› AWQ')
    terminal.press('ctrl-z')
    await terminal.waitFor('Stopped')
    expect(terminal.buffer).toBe('normal')
    terminal.press('fg', 'enter')
    await terminal.waitFor('› AWQ')
    terminal.press('q')
    await terminal.waitFor('summary: quit')
  })
})

describe('the end', () => {
  test('leaves the terminal as it was, with a summary', async () => {
    const screen = await open()
    expect(screen.buffer).toBe('alternate')
    screen.press('q')
    expect(await screen.exited).toBe(0)
    await screen.waitFor('summary: quit')
    expect(screen.buffer).toBe('normal')
    expect(screen.screen()).toBe('summary: quit')
    expect(screen.isCursorShown).toBe(true)
  })

  test('comes with the second ctrl-c', async () => {
    const screen = await open()
    screen.press('ctrl-c')
    await screen.waitFor('ctrl-c again leaves')
    screen.press('ctrl-c')
    expect(await screen.exited).toBe(130)
  })

  test.each([
    ['SIGTERM', 15],
    ['SIGHUP', 1],
  ] as const)('by %s restores the terminal', async (signal, number) => {
    const screen = await open()
    screen.kill(signal)
    expect(await screen.exited).toBe(128 + number)
    await screen.drawn()
    expect(screen.buffer).toBe('normal')
    expect(screen.isCursorShown).toBe(true)
  })

  test.each([
    ['while drawing', '!', 'ended by: Broken on purpose.'],
    ['outside of React', '%', 'ended by: Thrown outside of React.'],
  ])('by an error thrown %s restores the terminal, and then tells it', async (_, key, words) => {
    const screen = await open()
    screen.press(key)
    expect(await screen.exited).toBe(1)
    await screen.waitFor(words)
    expect(screen.buffer).toBe('normal')
    expect(screen.isCursorShown).toBe(true)
  })
})

describe('without a terminal', () => {
  test('says so, and what to do', async () => {
    const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'pipe'] })
    const output: string[] = []
    child.stderr.on('data', (data: Buffer) => output.push(data.toString()))
    const [code] = await once(child, 'close')
    expect(output.join('')).toContain('standard input is no terminal')
    expect(code).toBe(1)
  })

  test('that can show a screen says so too', async () => {
    terminal = new TestTerminal([process.execPath, program], { env: { TERM: 'dumb' } })
    expect(await terminal.exited).toBe(1)
    await terminal.waitFor('TERM=dumb')
  })
})
