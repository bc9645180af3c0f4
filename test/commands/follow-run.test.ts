import { writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { followRun, sayUnfinished } from '#src/commands/follow-run.ts'
import { workerLogPath } from '#src/run/background.ts'
import type { UnstampedEvent } from '#src/run/journal-event.ts'
import { act, plan, sh } from '../run/support/runs.ts'
import { commandIo, ownFolders, recordedRun } from './support/runs.ts'

const one = plan(act('weights', [sh('true')]))
const begun: UnstampedEvent[] = [
  { type: 'run-started', pid: 1, recipe: 'test', asRoot: false },
  { type: 'action-started', action: 'weights', log: 'logs/weights.log' },
]
const failed: UnstampedEvent[] = [
  ...begun,
  { type: 'action-failed', action: 'weights', seconds: 1, what: 'No answer.', why: 'Name unknown.', exit: 'network' },
  { type: 'run-finished', outcome: 'failed' },
]

describe('following a run', () => {
  ownFolders()

  test('tells it in lines, with the whole path of the log of what failed', async () => {
    const run = await recordedRun(one, failed)
    const { io, said } = commandIo()
    expect(await followRun(run, one, io)).toBe('failed')
    expect(said()).toContain(`log:  ${run}/logs/weights.log`)
  })

  test('does not tell again what an earlier attempt told', async () => {
    const run = await recordedRun(one, [
      ...failed,
      ...begun,
      { type: 'action-done', action: 'weights', seconds: 2 },
      { type: 'run-finished', outcome: 'done' },
    ])
    const { io, said } = commandIo()
    expect(await followRun(run, one, io, failed.length)).toBe('done')
    const text = said()
    expect(text).toContain('finished: 1 of 1 done')
    expect(text).not.toContain('No answer.')
  })

  test('ends where the process of the run is gone, with what that said last', async () => {
    const run = await recordedRun(one, begun)
    await writeFile(workerLogPath(run), 'one\nENOSPC: no space left on device, write\n')
    const { io } = commandIo()
    expect(await followRun(run, one, io)).toBe('interrupted')
    await expect(sayUnfinished(run, 'interrupted', io)).rejects.toMatchObject({
      exit: 'failed',
      why: 'ENOSPC: no space left on device, write',
      log: workerLogPath(run),
    })
  })

  test.each([
    ['failed', 5, ''],
    ['stopped', 130, /the same command goes on from here/],
    ['left', 130, /rigup attaches to it/],
  ] as const)('gives the exit code of a run that %s', async (outcome, code, words) => {
    const run = await recordedRun(one, failed)
    const { io, said } = commandIo()
    expect(await sayUnfinished(run, outcome, io)).toBe(code)
    expect(said()).toMatch(words)
  })
})
