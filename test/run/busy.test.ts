import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { takeLock } from '#src/run/run-lock.ts'
import { createRun, goingRun, listRuns, runOfPlan } from '#src/run/runs.ts'
import { startRun } from '#src/run/start-run.ts'
import { act, command, operator, plan, sh, temporaryFolder } from './support/runs.ts'

const mine = plan(act('one', [sh('true')]))
const another = plan(act('another', [sh('true')]))

let runs: string
let going: string
let release: () => Promise<void>
beforeEach(async () => {
  runs = join(await temporaryFolder(), 'runs')
  going = await createRun({ plan: mine, recipe: '' }, runs)
  // This process stands for the worker of the run.
  release = await takeLock(runs, going)
})
afterEach(() => release())

const isBusy = { exit: 'busy', message: expect.stringMatching(/^Another run is going on \(process \d+\)/) }

describe('while a run goes on', () => {
  test('no folder is made for another', async () => {
    await expect(createRun({ plan: another, recipe: '' }, runs)).rejects.toMatchObject(isBusy)
    expect(await readdir(runs)).toEqual(expect.arrayContaining(['lock']))
    expect(await listRuns(runs)).toEqual([going])
  })

  test('no other is started, and nothing of the environment is written down', async () => {
    await release()
    const other = await createRun({ plan: another, recipe: '' }, runs)
    release = await takeLock(runs, going)
    const options = { command, environment: operator(runs), onTerminal: null }
    await expect(startRun(other, options)).rejects.toMatchObject(isBusy)
    await expect(stat(join(other, 'environment.json'))).rejects.toThrow('ENOENT')
  })

  test('it is found although another folder is newer, and gone on with for its own plan only', async () => {
    await mkdir(join(runs, '29991231T000000Z-test-aaaaaa', 'logs'), { recursive: true })
    expect(await goingRun(runs)).toBe(going)
    expect(await runOfPlan(mine, runs)).toMatchObject({ directory: going, status: 'new' })
    await expect(runOfPlan(another, runs)).rejects.toMatchObject(isBusy)
  })
})

test('a run that cannot be read is no reason not to begin another', async () => {
  await release()
  const broken = join(runs, '29991231T000000Z-test-aaaaaa')
  await mkdir(broken)
  expect(await runOfPlan(mine, runs)).toBeNull()
  await writeFile(join(broken, 'plan.json'), '')
  expect(await runOfPlan(mine, runs)).toBeNull()
  expect(await goingRun(runs)).toBeNull()
})
