import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { runStatusCommand } from '#src/commands/status.ts'
import { runStop } from '#src/commands/stop.ts'
import { runUndo } from '#src/commands/undo.ts'
import { exitCodes } from '#src/core/problem.ts'
import { action, type Plan } from '#src/plan/plan.ts'
import { journalPath } from '#src/run/journal.ts'
import type { UnstampedEvent } from '#src/run/journal-event.ts'
import { takeLock } from '#src/run/run-lock.ts'
import { runStatus, runsDirectory } from '#src/run/runs.ts'
import { openRun } from '#src/services/open-run.ts'
import { commandIo, ownFolders, recordedRun } from './support/runs.ts'

ownFolders()
const undo = [{ kind: 'remove' as const, path: '/nowhere/at/all' }]
const one: Plan = {
  schemaVersion: 1,
  recipe: 'test',
  untouched: [],
  actions: [action({ id: 'one', title: 'one', reason: 'a test', operations: [] }, { undo })],
}
const begun: UnstampedEvent[] = [
  { type: 'run-started', pid: 1, recipe: 'test', asRoot: false },
  { type: 'action-started', action: 'one', log: 'logs/one.log' },
]

/** What stands beside the run at hand, newer than it and not to be read by this rigup. */
const unreadable: Readonly<Record<string, (directory: string) => Promise<unknown>>> = {
  'an empty plan': (directory) => writeFile(join(directory, 'plan.json'), ''),
  'no plan': async () => undefined,
  'a plan of a newer rigup': (directory) => writeFile(join(directory, 'plan.json'), '{"schemaVersion":2}'),
  'a folder for a journal': async (directory) => {
    await writeFile(join(directory, 'plan.json'), JSON.stringify(one))
    await mkdir(journalPath(directory))
  },
}

let release: () => Promise<void> = async () => undefined
afterEach(() => release())

describe.each(Object.entries(unreadable))('a run with %s', (_, make) => {
  const name = '29991231T000000Z-other-aaaaaa'
  const prepare = async (): Promise<string> => {
    const directory = await recordedRun(one, begun)
    const broken = join(runsDirectory(), name)
    await mkdir(broken, { recursive: true })
    await make(broken)
    return directory
  }

  test('hides no other from status', async () => {
    const directory = await prepare()
    const { io, out, said } = commandIo()
    expect(await runStatusCommand({ json: false }, io)).toBe(exitCodes.ok)
    expect(out()).toContain(directory)
    expect(said()).toContain(name)
  })

  test('keeps no other from being taken back, which says so', async () => {
    await prepare()
    const { io, said } = commandIo()
    await expect(runUndo({ yes: false }, io)).rejects.toMatchObject({ exit: 'unanswered' })
    expect(said()).toMatch(new RegExp(`${name} cannot be read[\\s\\S]*one \\(was not finished\\)`))
  })

  test('does not keep the run that goes on from being found and stopped', async () => {
    const directory = await prepare()
    release = await takeLock(runsDirectory(), directory)
    expect(await openRun({ fields: {} })).toBe(directory)
    const { io, said } = commandIo()
    expect(await runStop(io)).toBe(exitCodes.ok)
    expect(said()).toContain(`Asked the run ${directory} to stop.`)
    await expect(runUndo({ yes: true }, io)).rejects.toMatchObject({ exit: 'busy', next: 'stop it first: rigup stop' })
  })
})

test('what a newer rigup added to its events is passed over, and the events count', async () => {
  const directory = await recordedRun(one, [])
  const lines = [
    { ...begun[0], at: '2026-11-21T00:00:00Z', host: 'new' },
    { ...begun[1], at: '2026-11-21T00:00:01Z', attempt: 2 },
    { type: 'action-measured', at: '2026-11-21T00:00:02Z', action: 'one' },
  ]
  await writeFile(journalPath(directory), `${lines.map((line) => JSON.stringify(line)).join('\n')}\n{"type":"act`)
  expect(await runStatus(directory)).toMatchObject({
    status: 'interrupted',
    actions: [{ status: 'stopped', touched: true }],
  })
})
