import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { endAsWhole } from '#src/launch/control-group.ts'

let system: string
beforeEach(async () => {
  system = await mkdtemp(join(tmpdir(), 'rigup-groups-'))
  await mkdir(join(system, 'sys/fs/cgroup/app.slice/run-1.scope'), { recursive: true })
  await writeFile(join(system, limit), '0')
  await isIn(process.pid, '0::/session.scope\n')
})
afterEach(() => rm(system, { recursive: true }))

const limit = 'sys/fs/cgroup/app.slice/run-1.scope/memory.oom.group'
const engine = 4242

async function isIn(pid: number, groups: string): Promise<void> {
  await mkdir(join(system, `proc/${pid}`), { recursive: true })
  await writeFile(join(system, `proc/${pid}/cgroup`), groups)
}

const tell = (): Promise<string> => endAsWhole(engine, new AbortController().signal, system)

test('the group of an engine ends as a whole once systemd has made it', async () => {
  await isIn(engine, '0::/session.scope\n')
  const told = tell()
  // Not yet: that is the group of whoever starts engines.
  await isIn(engine, '0::/app.slice/run-1.scope\n')
  expect(await told).toBe(`write 1 into ${join(system, limit)}\n`)
  expect(await readFile(join(system, limit), 'utf8')).toBe('1')
})

test.each([
  ['an engine that is gone', async () => undefined, 'no control group of its own'],
  ['control groups of version 1', () => isIn(engine, '5:memory:/app.slice\n'), 'no control group of its own'],
  ['a kernel that does not know it', () => isIn(engine, '0::/other.scope\n'), 'only single processes'],
])('is told, and no failure: %s', async (_, prepare, words) => {
  await prepare()
  expect(await tell()).toContain(words)
})
