import { readFile, writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import type { Problem } from '#src/core/problem.ts'
import { backgroundWay, startWorker } from '#src/run/background.ts'
import { leaveEnvironment } from '#src/run/environment.ts'
import { asRootPrefix, type Privileges } from '#src/run/privileges.ts'
import { lockHolder, takeLock } from '#src/run/run-lock.ts'
import { createRun, runStatus } from '#src/run/runs.ts'
import { act, command, operator, plan, sh, temporaryFolder } from './support/runs.ts'

const nothing = { isRoot: false, hasSystemd: false, hasUserManager: false, lingers: false, killsUserProcesses: null }

describe('how a worker outlives the terminal', () => {
  test.each([
    ['root with systemd', { isRoot: true, hasSystemd: true }, 'system-unit', false, 'detached'],
    ['root without systemd', { isRoot: true }, 'detached', false, 'detached'],
    ['a user who lingers', { hasSystemd: true, hasUserManager: true, lingers: true }, 'user-unit', false, 'detached'],
    ['a user who does not', { hasSystemd: true, hasUserManager: true }, 'user-unit', true, 'detached'],
    [
      'a user whose processes are ended',
      { hasSystemd: true, hasUserManager: true, killsUserProcesses: true },
      'user-unit',
      true,
      'user-unit',
    ],
    ['a user without a manager', { hasSystemd: true }, 'detached', false, 'detached'],
  ])('%s', (_, facts, kind, needsLinger, otherwise) => {
    expect(backgroundWay({ ...nothing, ...facts })).toEqual({ kind, needsLinger, otherwise })
  })

  test('a detached worker runs on without this process, with the environment that was left for it', async () => {
    const home = await temporaryFolder()
    const run = await createRun(
      { plan: plan(act('one', [sh('echo "$WORD" > "$HOME/out"')])), recipe: '' },
      `${home}/runs`,
    )
    await leaveEnvironment(run, operator(home, { WORD: 'handed over' }))
    await startWorker(run, command)
    await expect.poll(async () => (await runStatus(run)).status, { timeout: 10_000 }).toBe('done')
    expect(await readFile(`${home}/out`, 'utf8')).toBe('handed over\n')
  })

  test('a worker that finds another run going on says so', async () => {
    const home = await temporaryFolder()
    const run = await createRun({ plan: plan(act('one', [sh('true')])), recipe: '' }, `${home}/runs`)
    const release = await takeLock(`${home}/runs`, 'another run')
    await expect(startWorker(run, command)).rejects.toMatchObject({
      exit: 'busy',
      message: expect.stringContaining('Another run is going on'),
    })
    await release()
  })
})

describe('the lock', () => {
  test('is refused while its holder lives, and free again afterwards', async () => {
    const runs = await temporaryFolder()
    const release = await takeLock(runs, 'one')
    expect((await lockHolder(runs))?.run).toBe('one')
    await expect(takeLock(runs, 'two')).rejects.toMatchObject({ exit: 'busy' })
    await release()
    expect(await lockHolder(runs)).toBeNull()
    await (await takeLock(runs, 'two'))()
  })

  test('goes to exactly one of many that find a stale one', async () => {
    const runs = await temporaryFolder()
    await writeFile(
      `${runs}/lock`,
      JSON.stringify({ process: { pid: 1, bootId: 'another boot', startTime: '1' }, run: 'old' }),
    )
    const results = await Promise.allSettled(Array.from({ length: 40 }, (_, index) => takeLock(runs, `run ${index}`)))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })
})

describe('becoming root', () => {
  const actions = [act('swap', [], { needsRoot: true }), act('venv', [])]
  test.each<[Privileges, boolean, readonly string[] | Partial<Problem>]>([
    ['root', false, []],
    ['passwordless', false, ['sudo', '-n', '--']],
    ['password', true, ['sudo', '--']],
    ['password', false, { exit: 'unanswered', why: 'These need root: swap.' }],
    ['none', true, { exit: 'machine', why: 'These need root: swap.' }],
  ])('%s, with somebody to ask: %s', (privileges, mayAsk, expected) => {
    const prefix = () => asRootPrefix(privileges, mayAsk, actions)
    if (Array.isArray(expected)) expect(prefix()).toEqual(expected)
    else expect(prefix).toThrow(expect.objectContaining(expected))
  })
})
