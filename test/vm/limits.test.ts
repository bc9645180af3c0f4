import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MiB } from '#src/core/bytes.ts'
import { planToShell } from '#src/export/sh.ts'
import type { Machine } from '#src/machine/schema.ts'
import { lingerActions, underLimits } from '#src/plan/actions/engine-limits.ts'
import { type Action, action } from '#src/plan/plan.ts'
import { password, VirtualMachine } from './support/machine.ts'
import { begin, carryOut, ended, machineOf, patience, planOf, undo } from './support/runs.ts'

const limits = { memoryBytes: 160 * MiB, swapBytes: 16 * MiB, oomScoreAdjust: 1000 }
/** A stand-in for an engine with two workers: one that takes all memory once it is told to, and one that cannot be asked to end. */
const engine = `python3 -c '
import os, time
while not os.path.exists("eat"): time.sleep(0.2)
held = []
while True: held.append(bytearray(b"x" * 2 ** 22))' &
python3 -c '
import signal, time
for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP): signal.signal(name, signal.SIG_IGN)
time.sleep(3600)' &
exec node engine.ts "$1" good
`

let rig: VirtualMachine
let machine: Machine
beforeAll(async () => {
  rig = await VirtualMachine.start()
  machine = await machineOf(rig)
  await rig.sh('cat > engine.sh', { input: engine })
  await rig.sh('cat > engine.ts', { input: await readFile(new URL('../stand-ins/engine.ts', import.meta.url)) })
})
afterAll(() => rig?.end())

const argv = ['sh', 'engine.sh', '8000']
const left = (): Promise<string> => rig.said('ps -C python3,node -o args= | grep -e python3 -e engine.ts')
/** Of each process of the engine: score, control group and limits, each different value once. */
const inEffect = (): Promise<string> =>
  rig.said(`for pid in $(pgrep -x python3) $(pgrep -f 'node [e]ngine.ts'); do
  group=$(cut -d: -f3 /proc/$pid/cgroup)
  echo $(cat /proc/$pid/oom_score_adj $(for name in max swap.max oom.group; do echo /sys/fs/cgroup$group/memory.$name; done)) $group
done | sort | uniq -c`)
const values = (group: string): RegExp =>
  new RegExp(`^3 1000 ${limits.memoryBytes} ${limits.swapBytes} 1 ${group}/run-\\w+\\.scope$`)

function launch(machine: Machine): Action[] {
  const serve = {
    engine: 'vllm' as const,
    purpose: 'model' as const,
    ...underLimits(limits, argv, machine),
    environment: {},
    directory: '/home/miner',
    host: '127.0.0.1',
    port: 8000,
    servedName: 'stand-in',
    prompts: [{ prompt: 'Hello', maxTokens: 16 }],
    stallSeconds: 120,
    afterTest: 'keep' as const,
  }
  return [
    ...lingerActions(limits, machine),
    action({ id: 'launch', title: 'launch', reason: 'a test', operations: [{ kind: 'serve', serve }] }),
  ]
}

describe('the limits of an engine', () => {
  test('hold for each process, the engine outlives the session, and all of it ends where one takes too much', async () => {
    await carryOut(rig, launch(machine))
    expect(await inEffect()).toMatch(values('/user.slice/user-1000.slice/user@1000.service/app.slice'))
    // Longer than systemd waits before it ends the processes of a user without a session.
    await new Promise((resolve) => setTimeout(resolve, 20_000))
    expect((await rig.sh('curl -s http://127.0.0.1:8000/v1/models', { user: 'guest' })).output).toContain('stand-in')
    await rig.sh('touch eat')
    await expect.poll(left, patience).toBe('')
    await undo(rig)
    expect(await rig.said('ls /var/lib/systemd/linger')).toBe('')
  })

  test('are named where they end a launch after su, and nothing of it is left', async () => {
    await rig.sh('touch eat')
    await begin(rig, planOf(launch(machine)), 'env -u XDG_RUNTIME_DIR -u DBUS_SESSION_BUS_ADDRESS')
    const { actions } = await ended(rig, 'failed')
    expect(actions.at(-1)?.why).toContain('memory ran out')
    expect(await left()).toBe('')
  })

  test('hold for root too', async () => {
    await rig.sh('rm eat')
    const root = {
      ...machine,
      user: { ...machine.user, privileges: { ...machine.user.privileges, value: 'root' as const } },
    }
    await rig.sh('cat > plan.json', { input: JSON.stringify(planOf(launch(root))) })
    await rig.root('cd /home/miner; node rigup.mjs start plan.json')
    await expect.poll(inEffect, patience).toMatch(values('/system.slice'))
    await rig.sh('touch eat')
    await expect.poll(left, patience).toBe('')
  })

  test('hold where the exported script starts it', async () => {
    await rig.sh('rm eat')
    await rig.sh('cat > script.sh', { input: planToShell(planOf(launch(machine))) })
    const { code, output } = await rig.sh('sh script.sh', { password })
    expect(code, output).toBe(0)
    expect(await inEffect()).toMatch(values('/user.slice/user-1000.slice/user@1000.service/app.slice'))
    await rig.sh('touch eat')
    await expect.poll(left, patience).toBe('')
  })
})
