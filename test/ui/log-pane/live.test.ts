import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { widthOf } from '#src/ui/text/width.ts'
import { bundle } from '#test/support/bundle.ts'
import { TestTerminal } from '#test/support/terminal.ts'

let directory: string
let program: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rigup-live-'))
  program = await bundle('test/ui/fixtures/launch-app.tsx')
})
afterAll(() => rm(directory, { recursive: true }))

const words = [
  'loading',
  '模型',
  '👩‍💻 ready',
  'é́ combining',
  '한국어',
  'x'.repeat(150),
  '\u001b[31mred\u001b[0m',
  '\ttab',
  '10 %\r20 %',
]

test('a log that grows moves nothing but itself, whatever it holds and however the window changes', async () => {
  const log = join(directory, 'engine.log')
  await writeFile(log, 'first\n')
  const terminal = new TestTerminal([process.execPath, program, log], { columns: 80, rows: 24 })
  await terminal.waitFor(/q quit/)
  const sizes = [
    [80, 24],
    [61, 17],
    [120, 40],
    [80, 24],
  ] as const
  let number = 0
  for (const [columns, rows] of sizes) {
    terminal.resize(columns, rows)
    const rule = ` ${'─'.repeat(columns - 2)}`
    await terminal.waitFor((screen) => screen.split('\n')[1] === rule && screen.endsWith('q quit'))
    for (let batch = 0; batch < 10; batch += 1) {
      const lines = Array.from({ length: 20 }, () => `${++number} ${words[number % words.length]}`)
      await appendFile(log, `${lines.join('\n')}\n${++number} mark\n`)
      await terminal.waitFor(new RegExp(`${number} mark`))
      const shown = terminal.lines()
      expect(shown).toHaveLength(rows)
      expect(shown[0]).toMatch(/^ rigup {2}new machine · mining-rig {2,}launch 8\/9$/)
      expect(shown[1]).toBe(rule)
      expect(shown.at(-1)).toMatch(/\? help {3}q quit$/)
      expect(Math.max(...shown.map(widthOf))).toBeLessThan(columns)
    }
  }
  const grown = terminal.screen()
  await terminal.close()
  const fresh = new TestTerminal([process.execPath, program, log], { columns: 80, rows: 24 })
  await fresh.waitFor(new RegExp(`${number} mark`))
  const withoutTime = (text: string) => text.replace(/ +\d+ s\n/, '\n')
  expect(withoutTime(grown)).toBe(withoutTime(fresh.screen()))
  await fresh.close()
})
