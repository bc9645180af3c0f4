import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MiB } from '#src/core/bytes.ts'
import { machineSchema } from '#src/machine/schema.ts'
import { swapFileActions } from '#src/plan/actions/swap-file.ts'
import { type Action, action, type Plan } from '#src/plan/plan.ts'
import { password, VirtualMachine } from './support/machine.ts'
import { begin, patience, status } from './support/runs.ts'

let rig: VirtualMachine
beforeAll(async () => {
  rig = await VirtualMachine.start()
})
afterAll(() => rig?.end())

const ext4 = machineSchema.parse({
  schemaVersion: 1,
  name: 'rig',
  origin: 'profile',
  filesystems: [{ mount: '/', type: 'ext4', device: 'hdd', readOnly: false }],
})

function sh(id: string, script: string, rest: Partial<Action> = {}): Action {
  return action({ id, title: id, reason: 'a test', operations: [{ kind: 'run', argv: ['sh', '-c', script] }] }, rest)
}

/** Goes on once the test says so. */
const waits = (id: string): string =>
  `touch ~/${id}-begun; while ! test -e ~/${id}-go; do sleep 0.2; done; echo ${id} >> ~/out`

const said = (line: string): Promise<string> => rig.said(line)

describe('a rig', () => {
  test('goes on with a run of a user after the connection is cut', async () => {
    await rig.sh('cat > plan.json', {
      input: JSON.stringify({ schemaVersion: 1, recipe: 'user', actions: [sh('long', waits('user'))], untouched: [] }),
    })
    const ssh = rig.connect('node rigup.mjs start plan.json && echo begun && sleep 600')
    const [first] = await Promise.race([
      once(ssh.stdout ?? ssh, 'data'),
      once(ssh.stderr ?? ssh, 'data'),
      once(ssh, 'close'),
    ])
    expect(String(first).trim()).toBe('begun')
    ssh.kill('SIGKILL')
    // Longer than systemd waits before it ends the processes of a user without a session.
    await new Promise((resolve) => setTimeout(resolve, 20_000))
    expect((await status(rig)).status).toBe('running')
    await rig.sh('touch ~/user-go')
    await expect.poll(async () => (await status(rig)).status, patience).toBe('done')
    expect(await said('cat ~/out')).toBe('user')
    expect(await said('ls /var/lib/systemd/linger 2>/dev/null')).toBe('')
  })

  test('makes swap as root, survives a power cut, goes on, and takes all back', async () => {
    const before = await said('cat /etc/fstab; /usr/sbin/swapon --show; ls /')
    const plan: Plan = {
      schemaVersion: 1,
      recipe: 'root',
      untouched: [],
      actions: [
        ...swapFileActions({ path: '/rigup.swap', bytes: 64 * MiB }, ext4),
        sh('who', 'id > ~/who; touch ~/mine', { needs: ['swap-fstab'] }),
        sh('long', waits('root'), { needs: ['who'] }),
      ],
    }
    await rig.sh('cat > plan.json', { input: JSON.stringify(plan) })
    // Without a terminal there is nobody to ask, and nothing happens.
    const refused = await rig.sh('node rigup.mjs start plan.json < /dev/null')
    expect([refused.code, refused.output]).toEqual([6, expect.stringContaining('sudo wants a password')])

    await begin(rig, plan)
    await expect.poll(() => said('ls ~/root-begun 2>/dev/null'), patience).not.toBe('')
    expect(await said('/usr/sbin/swapon --show=NAME,SIZE --noheadings')).toBe('/rigup.swap  64M')
    // The operator's actions are the operator's, with all groups, although the worker is root.
    expect(await said('cat ~/who')).toMatch(/uid=\d+\(miner\).*\(sudo\)/)
    expect(await said('stat -c %U ~/mine')).toBe('miner')
    expect(await said('find ~/.local/state/rigup ! -user miner')).toBe('')
    expect(await said('ps -eo user:20,args | grep "[r]igup.mjs worker.* do$" | cut -d" " -f1 | sort -u')).toContain(
      'root',
    )

    await rig.cutPower()
    await rig.boot()
    expect((await status(rig)).status).toBe('interrupted')
    // It came back by its line in fstab.
    expect(await said('/usr/sbin/swapon --show=NAME --noheadings')).toBe('/rigup.swap')
    await rig.sh('touch ~/root-go')
    const again = await rig.sh('node rigup.mjs again', { password })
    expect(again.code).toBe(0)
    await expect.poll(async () => (await status(rig)).status, patience).toBe('done')
    expect(await said('cat ~/out')).toBe('user\nroot')

    expect((await rig.sh('node rigup.mjs undo', { password })).code).toBe(0)
    await expect.poll(async () => (await status(rig)).status, patience).toBe('undone')
    expect(await said('cat /etc/fstab; /usr/sbin/swapon --show; ls /')).toBe(before)
  })
})
