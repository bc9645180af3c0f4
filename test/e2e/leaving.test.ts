import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { TestTerminal } from '#test/support/terminal.ts'

const rigup = join(import.meta.dirname, '../../bin/rigup')

let home = ''
let terminal: TestTerminal | undefined

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'rigup-leaving-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))
afterEach(() => terminal?.close())

/** The wizard for a saved machine: nothing is carried out. */
async function open(): Promise<TestTerminal> {
  const env = { XDG_CONFIG_HOME: join(home, 'config'), XDG_STATE_HOME: join(home, 'state') }
  terminal = new TestTerminal([rigup, '--machine', 'mining-rig'], { env })
  await terminal.waitFor(/Is this right\?(?! Still)/, 30_000)
  return terminal
}

describe('the wizard is left, and the terminal is as it was', () => {
  test.each<[string, (screen: TestTerminal) => Promise<void>, number]>([
    ['with q: exit code 0', async (screen) => screen.press('q'), 0],
    [
      'with Ctrl-C twice: exit code 130',
      async (screen) => {
        screen.press('ctrl-c')
        await screen.waitFor('Ctrl-C again leaves rigup. Nothing runs.')
        screen.press('ctrl-c')
      },
      130,
    ],
    ['by SIGTERM', async (screen) => screen.kill('SIGTERM'), 143],
    ['by SIGHUP', async (screen) => screen.kill('SIGHUP'), 129],
  ])('%s', async (_, leave, code) => {
    const screen = await open()
    expect(screen.buffer).toBe('alternate')
    await leave(screen)
    expect(await screen.exited).toBe(code)
    await screen.drawn()
    expect([screen.buffer, screen.isCursorShown]).toEqual(['normal', true])
  })
})
