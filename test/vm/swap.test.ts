import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { GiB, MiB } from '#src/core/bytes.ts'
import { swapFileActions } from '#src/plan/actions/swap-file.ts'
import { password, VirtualMachine } from './support/machine.ts'
import { begin, carryOut, ended, machineOf, patience, planOf, status, undo } from './support/runs.ts'

let rig: VirtualMachine
beforeAll(async () => {
  rig = await VirtualMachine.start()
  await rig.root(`for type in btrfs xfs ntfs; do
  mkdir /mnt/$type
  truncate -s 400M /var/$type.img
  case $type in ntfs) mkntfs -q -F -f /var/$type.img ;; *) mkfs.$type -q /var/$type.img ;; esac
  case $type in ntfs) ntfs-3g /var/$type.img /mnt/$type ;; *) mount /var/$type.img /mnt/$type ;; esac
done
mkdir /mnt/small; truncate -s 40M /var/small.img; mkfs.ext4 -q /var/small.img; mount /var/small.img /mnt/small`)
})
afterAll(() => rig?.end())

const swaps = (): Promise<string> => rig.said('/usr/sbin/swapon --show=NAME,SIZE --noheadings')
const fstab = (): Promise<string> => rig.said('cat /etc/fstab')

describe('a swap file', () => {
  test('is made on btrfs and on XFS, with a line that findmnt accepts, and goes again', async () => {
    const machine = await machineOf(rig)
    const before = await fstab()
    for (const type of ['btrfs', 'xfs']) {
      await carryOut(
        rig,
        swapFileActions(
          { path: `/mnt/${type}/swap`, bytes: 64 * MiB },
          { ...machine, filesystems: roomy(machine.filesystems) },
        ),
      )
      expect(await swaps()).toBe(`/mnt/${type}/swap  64M`)
      expect(await rig.said('findmnt --verify >/dev/null 2>&1; echo $?')).toBe('0')
      await undo(rig)
      expect([await swaps(), await fstab(), await rig.said(`ls -A /mnt/${type}`)]).toEqual(['', before, ''])
    }
  })

  test('is refused behind FUSE and where there is no room, before anything is written', async () => {
    const machine = await machineOf(rig)
    expect(() => swapFileActions({ path: '/mnt/ntfs/swap', bytes: 64 * MiB }, machine)).toThrow(
      expect.objectContaining({ why: expect.stringContaining('deadlock') }),
    )
    expect(() => swapFileActions({ path: '/mnt/small/swap', bytes: GiB }, machine)).toThrow(
      expect.objectContaining({ why: expect.stringContaining('do not fit') }),
    )
  })

  test('leaves nothing where the room went after it was planned', async () => {
    const machine = await machineOf(rig)
    const actions = swapFileActions(
      { path: '/mnt/small/swap', bytes: 64 * MiB },
      { ...machine, filesystems: roomy(machine.filesystems) },
    )
    await begin(rig, planOf(actions))
    const { actions: states } = await ended(rig, 'failed')
    expect(states[0]?.why).toMatch(/disk full/)
    expect(await rig.said('ls /mnt/small; df --output=used -k /mnt/small | tail -n 1')).toMatch(
      /^lost\+found\n\s*\d{1,3}$/,
    )
  })

  test('starts clean after a power cut in the middle of writing', async () => {
    const machine = await machineOf(rig)
    const before = await fstab()
    // The slow way, which writes every byte.
    const filesystems = machine.filesystems.map((one) => ({ ...one, type: { ...one.type, value: 'ext3' } }))
    await begin(rig, planOf(swapFileActions({ path: '/rigup.swap', bytes: GiB }, { ...machine, filesystems })))
    await expect
      .poll(async () => Number(await rig.said('stat -c %s /rigup.swap.rigup-new 2>/dev/null || echo 0')), patience)
      .toBeGreaterThan(16 * MiB)
    await rig.cutPower()
    await rig.boot()
    expect((await status(rig)).status).toBe('interrupted')
    expect([await swaps(), await fstab(), await rig.said('ls /rigup.swap 2>/dev/null')]).toEqual(['', before, ''])
    expect((await rig.sh('node rigup.mjs again', { password })).code).toBe(0)
    await ended(rig, 'done')
    expect(await swaps()).toBe('/rigup.swap 1024M')
    expect(await rig.said('findmnt --verify >/dev/null 2>&1; echo $?; ls /rigup*')).toBe('0\n/rigup.swap')
    await undo(rig)
    expect([await swaps(), await fstab(), await rig.said('ls /rigup* 2>/dev/null')]).toEqual(['', before, ''])
  })
})

type Filesystems = Awaited<ReturnType<typeof machineOf>>['filesystems']

/** As it was when the plan was made. */
function roomy(filesystems: Filesystems): Filesystems {
  return filesystems.map((one) => ({ ...one, freeBytes: { ...one.freeBytes, value: 10 * GiB } }))
}
