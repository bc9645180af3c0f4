import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, open, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createRun, listRuns } from '#src/run/runs.ts'
import { act, command, operator, plan, sh, temporaryFolder } from './support/runs.ts'

describe('where nothing more can be written', () => {
  test('no half of a run is left', async () => {
    const runs = join(await temporaryFolder(), 'runs')
    const broken = { ...plan(act('one', [sh('true')])), schemaVersion: 2 as 1 }
    await expect(createRun({ plan: broken, recipe: '' }, runs)).rejects.toThrow()
    expect(await readdir(runs)).toEqual([])
  })

  test('a run that cannot be written down says where and why, and that nothing was begun', async () => {
    const file = join(await temporaryFolder(), 'file')
    await writeFile(file, '')
    await expect(createRun({ plan: plan(), recipe: '' }, join(file, 'runs'))).rejects.toMatchObject({
      exit: 'machine',
      message: expect.stringMatching(/cannot be written down under .*file\/runs, so nothing was begun/),
      why: 'A part of the path is a file.',
    })
  })

  test('a run that is only being written is not in the list', async () => {
    const runs = await temporaryFolder()
    await mkdir(join(runs, '.20261121T000000Z-x-aaaaaa'))
    expect(await listRuns(runs)).toEqual([])
  })

  test('an action whose log cannot be written does its work', async () => {
    const home = await temporaryFolder()
    const run = await createRun(
      { plan: plan(act('one', [sh(`echo said; echo done > ${home}/out`)])), recipe: '' },
      home,
    )
    const full = await open('/dev/full', 'w')
    const [file = '', ...rest] = command
    const child = spawn(file, [...rest, run, 'action', 'one', 'do'], {
      env: operator(home),
      stdio: ['ignore', full.fd, full.fd, 'ipc'],
    })
    const told: unknown[] = []
    child.on('message', (message) => told.push(message))
    await once(child, 'close')
    await full.close()
    expect(told).toEqual([{ type: 'started' }, { type: 'done' }])
    expect(await readFile(join(home, 'out'), 'utf8')).toBe('done\n')
  })
})
