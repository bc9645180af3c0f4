import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DiagnoseOptions, runDiagnose } from '#src/commands/diagnose.ts'
import type { CommandIo } from '#src/commands/io.ts'
import { diagnosisSchema } from '#src/diagnosis/schema.ts'

const log = `INFO 11-20 10:00:00 [x.py:1] one
INFO 11-20 10:00:00 [x.py:1] two
ValueError: No available memory for the cache blocks. hf_abcdefghijklmnop
last
`
let folder = ''
let file = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rigup-diagnose-'))
  file = join(folder, 'engine.log')
  await writeFile(file, log)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function run(options: Partial<DiagnoseOptions>, input = ''): Promise<{ code: number; out: string }> {
  const stdout = new PassThrough()
  const io = { stdin: Readable.from([Buffer.from(input)]), stdout, stderr: new PassThrough() } as unknown as CommandIo
  const code = await runDiagnose({ json: false, context: '0', ...options }, io)
  return { code, out: String(stdout.read()) }
}

describe('rigup diagnose', () => {
  test('prints the sentence, the evidence with its line, and the fixes', async () => {
    const { code, out } = await run({ file })
    expect(code).toBe(0)
    expect(out).toMatch(/^No GPU memory is left for the KV cache\./)
    expect(out).toContain('kv-no-memory (certain)')
    expect(out).toMatch(/3 {2}ValueError: No available memory/)
    expect(out).toContain('recipe: engine.compilation: "none"')
  })

  test.each(['file', 'standard input'])('shows the lines around the evidence, from %s', async (from) => {
    const { out } = await run({ context: '1', ...(from === 'file' ? { file } : { file: '-' }) }, log)
    expect(out).toContain('two')
    expect(out).toContain('last')
    expect(out).not.toContain('] one')
  })

  test('no secret of the log is shown', async () => {
    for (const json of [true, false]) expect((await run({ file, json })).out).not.toContain('abcdefghijklmnop')
  })

  test('--json is the diagnosis', async () => {
    expect(diagnosisSchema.parse(JSON.parse((await run({ json: true }, log)).out)).cause).toBe('kv-no-memory')
  })

  test('a file that cannot be read is a problem of the input', async () => {
    await expect(run({ file: join(folder, 'missing') })).rejects.toMatchObject({ exit: 'input' })
    await expect(run({ file: folder })).rejects.toMatchObject({ exit: 'input' })
  })
})
