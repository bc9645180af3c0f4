import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { runStatusCommand } from '#src/commands/status.ts'
import { runStop } from '#src/commands/stop.ts'
import { exitCodes } from '#src/core/problem.ts'
import { identify } from '#src/run/process-identity.ts'
import { act, plan } from '../run/support/runs.ts'
import { commandIo, ownFolders, recordedRun } from './support/runs.ts'

ownFolders()

/** An engine as a run starts it: the leader of a session, with a worker; gives the numbers of both. */
async function engine(): Promise<{ leader: number; worker: number }> {
  const child = spawn('sh', ['-c', 'sleep 600 >/dev/null & echo $!; wait'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [text] = await once(child.stdout, 'data')
  const worker = Number(String(text))
  onTestFinished(async () => {
    if (await identify(worker)) process.kill(worker, 'SIGKILL')
  })
  return { leader: child.pid ?? 0, worker }
}

test('workers of an engine whose first process was killed are told by status and ended by stop', async () => {
  const { leader, worker } = await engine()
  const identity = await identify(leader)
  await recordedRun(plan(act('one', [])), [
    { type: 'run-started', pid: 1, recipe: 'test', asRoot: false },
    {
      type: 'launch',
      action: 'one',
      event: {
        type: 'spawned',
        pid: leader,
        log: 'logs/engine.log',
        purpose: 'proof',
        host: '127.0.0.1',
        port: 8000,
        model: 'm',
        ...(identity ? { identity } : {}),
      },
    },
    { type: 'run-finished', outcome: 'done' },
  ])
  const said = async () => {
    const { io, out } = commandIo()
    await runStatusCommand({ json: false }, io)
    return out()
  }
  expect(await said()).toMatch(/^Serving m at/)

  process.kill(leader, 'SIGKILL')
  await expect.poll(() => identify(leader)).toBeNull()
  expect(await said()).toMatch(/^Left of the engine of m.*rigup stop ends them/)

  const { io, said: told } = commandIo()
  expect(await runStop(io)).toBe(exitCodes.ok)
  expect(told()).toContain('Ending what is left')
  expect(await identify(worker)).toBeNull()
  expect(await said()).not.toMatch(/Left of|Serving/)
})
