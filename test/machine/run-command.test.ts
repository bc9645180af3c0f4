import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runCommand } from '#src/machine/host/run-command.ts'

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rigup-run-'))
})
afterAll(() => rm(directory, { recursive: true }))

const options = { timeLimitMilliseconds: 5000, environment: { PATH: '/usr/bin:/bin', LC_ALL: 'C' } }

it('gives output, errors and exit code', async () => {
  expect(await runCommand(['sh', '-c', 'echo out; echo err >&2; exit 3'], options)).toEqual({
    kind: 'ended',
    code: 3,
    stdout: 'out\n',
    stderr: 'err\n',
  })
})

it('knows an absent program from one that may not be run', async () => {
  expect(await runCommand(['rigup-no-such-program'], options)).toEqual({ kind: 'absent' })
  expect(await runCommand(['/etc/passwd'], options)).toMatchObject({ kind: 'refused' })
})

it('ends a program that hangs, with the children that hold its output', async () => {
  const file = join(directory, 'child')
  const started = Date.now()
  // The child keeps the pipe open and says who it is, so that its end can be seen.
  const result = await runCommand(['sh', '-c', `sleep 60 & echo $! > ${file}; wait`], {
    ...options,
    timeLimitMilliseconds: 400,
  })
  expect(result).toEqual({ kind: 'hung', afterMilliseconds: 400 })
  expect(Date.now() - started).toBeLessThan(4000)
  const pid = Number(await readFile(file, 'utf8'))
  await expect.poll(() => stateOf(pid)).toMatch(/^(gone|Z)/)
})

async function stateOf(pid: number): Promise<string> {
  if (!existsSync(`/proc/${pid}`)) return 'gone'
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return /^State:\s+(\S)/m.exec(status)?.[1] ?? 'gone'
}

it('stops reading a program that prints without end', async () => {
  expect(await runCommand(['yes'], options)).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining('8 MiB'),
  })
})

it('can be cancelled', async () => {
  const controller = new AbortController()
  const result = runCommand(['sleep', '60'], { ...options, signal: controller.signal })
  controller.abort()
  expect(await result).toMatchObject({ kind: 'refused' })
})
