import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { Plan } from '#src/plan/plan.ts'
import { leaveEnvironment } from '#src/run/environment.ts'
import { followJournal } from '#src/run/follow-journal.ts'
import { journalPath, readJournal } from '#src/run/journal.ts'
import type { JournalEvent } from '#src/run/journal-event.ts'
import { createRun, isOpen, runOfPlan, runStatus } from '#src/run/runs.ts'
import { requestStop } from '#src/run/stop-request.ts'
import { act, command, operator, plan, sh, temporaryFolder } from './support/runs.ts'

type Prepared = { home: string; runs: string; run: string }

async function prepare(make: (home: string) => Plan): Promise<Prepared> {
  const home = await temporaryFolder()
  const runs = join(home, 'runs')
  const run = await createRun({ plan: make(home), recipe: 'name: test\n' }, runs)
  return { home, runs, run }
}

function startWorker({ run, home }: Prepared, verb: 'do' | 'undo' = 'do', environment: Record<string, string> = {}) {
  const [file = '', ...rest] = [...command, run, verb]
  const worker = spawn(file, rest, { env: operator(home, environment), stdio: ['ignore', 'ignore', 'ignore'] })
  workers.push(worker)
  return worker
}

// A test that fails must not leave its worker behind.
const workers: ChildProcess[] = []
afterEach(() => {
  for (const worker of workers.splice(0)) worker.kill('SIGKILL')
})

async function work(prepared: Prepared, verb: 'do' | 'undo' = 'do', environment: Record<string, string> = {}) {
  const [code] = await once(startWorker(prepared, verb, environment), 'close')
  return code as number
}

async function until(run: string, isIt: (event: JournalEvent) => boolean): Promise<JournalEvent> {
  const stop = new AbortController()
  for await (const event of followJournal(run, stop.signal)) {
    if (isIt(event)) {
      stop.abort()
      return event
    }
  }
  throw new Error('the journal ended')
}

async function told(run: string): Promise<string[]> {
  const events = await readJournal(run)
  return events
    .filter(({ type }) => type !== 'action-progress')
    .map((event) => ('action' in event ? `${event.type} ${event.action}` : event.type))
}

describe('a run', () => {
  test('does its actions in order and says so', async () => {
    const prepared = await prepare((home) =>
      plan(
        act('first', [sh(`echo one >> ${home}/out`)]),
        act('second', [sh(`echo two >> ${home}/out`)], { needs: ['first'] }),
        act('there', [sh('exit 1')], { check: [{ kind: 'path-exists', path: home }] }),
      ),
    )
    expect(await work(prepared)).toBe(0)
    expect(await readFile(join(prepared.home, 'out'), 'utf8')).toBe('one\ntwo\n')
    expect(await told(prepared.run)).toEqual([
      'run-started',
      'action-started first',
      'action-done first',
      'action-started second',
      'action-done second',
      'action-found-done there',
      'run-finished',
    ])
    expect((await runStatus(prepared.run)).status).toBe('done')
  })

  test('ends at a failure, and goes on from there when it is started again', async () => {
    const prepared = await prepare((home) =>
      plan(
        act('before', [sh(`echo before >> ${home}/out`)]),
        act('breaks', [sh(`echo "error: no such thing" >&2; test -e ${home}/fixed`)], { needs: ['before'] }),
        act('after', [sh(`echo after >> ${home}/out`)], { needs: ['breaks'] }),
      ),
    )
    expect(await work(prepared)).toBe(1)
    expect(await runStatus(prepared.run)).toMatchObject({
      status: 'failed',
      actions: [{ status: 'done' }, { status: 'failed' }, { status: 'skipped', why: 'needs "breaks", which failed' }],
    })
    const failure = (await readJournal(prepared.run)).find(({ type }) => type === 'action-failed')
    expect(failure).toMatchObject({ what: 'sh failed with exit code 1.', why: 'error: no such thing', exit: 'failed' })
    const before = await runOfPlan((await runStatus(prepared.run)).plan, prepared.runs)
    expect([before?.directory, before && isOpen(before)]).toEqual([prepared.run, true])

    await writeFile(join(prepared.home, 'fixed'), '')
    expect(await work(prepared)).toBe(0)
    expect(await readFile(join(prepared.home, 'out'), 'utf8')).toBe('before\nafter\n')
    expect(isOpen(await runStatus(prepared.run))).toBe(false)
  })

  test('does again what was done and no longer holds', async () => {
    const prepared = await prepare((home) =>
      plan(
        act('file', [sh(`echo made >> ${home}/count; touch ${home}/file`)], {
          verify: [{ kind: 'path-exists', path: `${home}/file` }],
        }),
        act('later', [sh(`rm ${home}/file; test -e ${home}/fixed`)]),
      ),
    )
    expect(await work(prepared)).toBe(1)
    await writeFile(join(prepared.home, 'fixed'), '')
    expect(await work(prepared)).toBe(0)
    expect(await readFile(join(prepared.home, 'count'), 'utf8')).toBe('made\nmade\n')
  })

  test('goes past an optional failure, and skips what needs it', async () => {
    const prepared = await prepare((home) =>
      plan(
        act('optional', [sh('exit 3')], { optional: true }),
        act('dependent', [sh('exit 0')], { needs: ['optional'] }),
        act('other', [sh(`touch ${home}/other`)]),
      ),
    )
    expect(await work(prepared)).toBe(0)
    const { actions } = await runStatus(prepared.run)
    expect(actions.map(({ status }) => status)).toEqual(['failed', 'skipped', 'done'])
  })

  test('an action that changes nothing in effect has failed', async () => {
    const prepared = await prepare((home) =>
      plan(act('idle', [sh('true')], { verify: [{ kind: 'path-exists', path: `${home}/not-there` }] })),
    )
    expect(await work(prepared)).toBe(1)
    const failure = (await readJournal(prepared.run)).find(({ type }) => type === 'action-failed')
    expect(failure).toMatchObject({ what: '"idle" was carried out, and is not in effect.' })
  })

  test('downloads beside the others', async () => {
    // Each waits for the other: one after the other they would never end.
    const meet = (home: string, me: string, you: string) =>
      sh(`touch ${home}/${me}; while ! test -e ${home}/${you}; do sleep 0.05; done`)
    const prepared = await prepare((home) =>
      plan(act('install', [meet(home, 'a', 'b')]), act('weights', [meet(home, 'b', 'a')], { beside: true })),
    )
    expect(await work(prepared)).toBe(0)
  })

  test('keeps secrets out of logs and journal', async () => {
    const prepared = await prepare(() =>
      plan(act('leak', [sh('echo "token is $HF_TOKEN"; echo "$HF_TOKEN" >&2; exit 1')])),
    )
    await leaveEnvironment(prepared.run, operator(prepared.home, { HF_TOKEN: 'very-secret-value' }))
    expect((await stat(join(prepared.run, 'environment.json'))).mode & 0o777).toBe(0o600)
    expect(await work(prepared)).toBe(1)
    await expect(stat(join(prepared.run, 'environment.json'))).rejects.toThrow('ENOENT')
    const log = await readFile(join(prepared.run, 'logs', 'leak.log'), 'utf8')
    expect(log).toContain('token is ***')
    expect(log + (await readFile(journalPath(prepared.run), 'utf8'))).not.toContain('very-secret-value')
  })
})

describe('the end of a worker', () => {
  const slow = (home: string) => plan(act('slow', [sh(`echo $$ > ${home}/pid; sleep 60`)]), act('next', [sh('true')]))

  test.each(['SIGTERM', 'a request'] as const)('%s lets it end in order and takes its children along', async (how) => {
    const prepared = await prepare(slow)
    const worker = startWorker(prepared)
    await until(prepared.run, ({ type }) => type === 'action-started')
    await expect.poll(() => readFile(join(prepared.home, 'pid'), 'utf8').catch(() => '')).not.toBe('')
    if (how === 'SIGTERM') worker.kill('SIGTERM')
    else await requestStop(prepared.run)
    const [code] = await once(worker, 'close')
    expect(code).toBe(130)
    const { status, actions } = await runStatus(prepared.run)
    expect([status, ...actions.map((action) => action.status)]).toEqual(['stopped', 'stopped', 'waiting'])
    expect(await isRunning(await readFile(join(prepared.home, 'pid'), 'utf8'))).toBe(false)
  })

  test('a killed worker leaves an interrupted run, no children, and a lock that counts for nothing', async () => {
    const prepared = await prepare(slow)
    const worker = startWorker(prepared)
    await until(prepared.run, ({ type }) => type === 'action-started')
    await expect.poll(() => readFile(join(prepared.home, 'pid'), 'utf8').catch(() => '')).not.toBe('')
    worker.kill('SIGKILL')
    await once(worker, 'close')
    expect((await runStatus(prepared.run)).status).toBe('interrupted')
    const pid = await readFile(join(prepared.home, 'pid'), 'utf8')
    await expect.poll(() => isRunning(pid), { timeout: 5000 }).toBe(false)

    // A power cut may tear the last line; what comes after it must still be read.
    await appendFile(journalPath(prepared.run), '{"type":"action-do')
    const again = startWorker(prepared)
    let starts = 0
    await until(prepared.run, ({ type }) => type === 'action-started' && ++starts === 2)
    again.kill('SIGTERM')
    await once(again, 'close')
    expect((await runStatus(prepared.run)).status).toBe('stopped')
  })

  test('only one run at a time', async () => {
    const prepared = await prepare(slow)
    const worker = startWorker(prepared)
    await until(prepared.run, ({ type }) => type === 'action-started')
    expect(await work(prepared)).toBe(70)
    expect((await runStatus(prepared.run)).status).toBe('running')
    worker.kill('SIGTERM')
    await once(worker, 'close')
  })
})

describe('undo', () => {
  test('takes back what was done, in reverse, and not what was found done', async () => {
    const prepared = await prepare((home) =>
      plan(
        act('one', [sh('true')], { undo: [sh(`echo one >> ${home}/undone`)] }),
        act('there', [sh('true')], {
          check: [{ kind: 'path-exists', path: home }],
          undo: [sh(`echo there >> ${home}/undone`)],
        }),
        act('two', [sh('true')], { undo: [sh(`echo two >> ${home}/undone`)] }),
        act('partial', [sh('exit 1')], { undo: [sh('exit 1'), sh(`echo partial >> ${home}/undone`)] }),
      ),
    )
    await work(prepared)
    expect(await work(prepared, 'undo')).toBe(0)
    expect(await readFile(join(prepared.home, 'undone'), 'utf8')).toBe('partial\ntwo\none\n')
    expect((await runStatus(prepared.run)).status).toBe('undone')
    // A second time there is nothing left.
    await work(prepared, 'undo')
    expect(await readFile(join(prepared.home, 'undone'), 'utf8')).toBe('partial\ntwo\none\n')
  })

  test('a step that fails is told, and does not keep the others from being taken back', async () => {
    const prepared = await prepare((home) =>
      plan(
        act('one', [sh('true')], { undo: [sh(`echo one >> ${home}/undone`)] }),
        act('two', [sh('true')], { undo: [sh('exit 7')] }),
      ),
    )
    await work(prepared)
    expect(await work(prepared, 'undo')).toBe(1)
    expect(await readFile(join(prepared.home, 'undone'), 'utf8')).toBe('one\n')
    expect(await told(prepared.run)).toContain('undo-failed two')
  })
})

/** True while a process with that number runs. */
async function isRunning(pid: string): Promise<boolean> {
  const status = await readFile(`/proc/${pid.trim()}/stat`, 'utf8').catch(() => '')
  return status !== '' && !/\) Z /.test(status)
}
