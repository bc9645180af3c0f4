import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ActionMessage } from '#src/run/action-message.ts'
import { actionLogPath, actionProcesses } from '#src/run/action-process.ts'
import { asOwner } from '#src/run/as-owner.ts'
import { createRun } from '#src/run/runs.ts'
import { act, command, operator, plan, sh, temporaryFolder } from './support/runs.ts'

const miner = { uid: 1000, gid: 1000 }

async function folderWith(script: string): Promise<string> {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'setpriv'), `#!/bin/sh\n${script}\n`)
  await chmod(join(folder, 'setpriv'), 0o755)
  return folder
}

describe('what root does as the operator', () => {
  test('begins with setpriv of the system, with all groups of the operator', async () => {
    const folder = await folderWith('echo "setpriv from util-linux 2.38.1"')
    expect(await asOwner(miner, `/not/there:${folder}`)).toEqual([
      ...[join(folder, 'setpriv'), '--reuid=1000', '--regid=1000', '--init-groups', '--'],
    ])
  })

  test.each([
    ['none', async () => '/not/there'],
    ['the one of busybox', () => folderWith('echo "setpriv: unrecognized option: version" >&2; exit 1')],
  ])('is refused where there is no setpriv that can do it: %s', async (_, path) => {
    await expect(asOwner(miner, await path())).rejects.toMatchObject({
      exit: 'machine',
      message: 'There is no setpriv of util-linux on this machine.',
      next: expect.stringContaining('install util-linux'),
    })
  })

  test('needs nothing where the run is root’s own', async () => {
    expect(await asOwner({ uid: 0, gid: 0 }, '/not/there')).toEqual([])
  })
})

test('an action whose process cannot be started has failed, and says so', async () => {
  const home = await temporaryFolder()
  const action = act('one', [sh('true')])
  const run = await createRun({ plan: plan(action), recipe: '' }, join(home, 'runs'))
  const perform = actionProcesses({
    command: [join(home, 'node-that-is-gone'), ...command.slice(1)],
    runDirectory: run,
    asOwner: [],
    owner: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
    environment: operator(home),
  })
  const told: ActionMessage[] = []
  await perform(action, 'do', (message) => told.push(message), new AbortController().signal)
  expect(told).toEqual([
    {
      type: 'failed',
      failure: expect.objectContaining({
        what: 'The process of this action could not be started.',
        why: expect.stringContaining('node-that-is-gone'),
      }),
    },
  ])
  expect(await readFile(actionLogPath(run, 'one'), 'utf8')).toBe('')
})
