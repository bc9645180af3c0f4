import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { guardAdvice, limitsAdvice } from '#src/advice/host-safety/guard.ts'
import { swapAdvice, swapPlaceAdvice } from '#src/advice/host-safety/swap.ts'
import { GiB } from '#src/core/bytes.ts'
import { earlyoomArguments, protectedProcesses } from '#src/knowledge/earlyoom.ts'
import { earlyoomActions } from '#src/plan/actions/earlyoom.ts'
import { recipeSchema } from '#src/recipe/schema/recipe.ts'
import { machineWith, shippedMachine } from './machines.ts'

const small = (more = {}) => machineWith({ memory: { totalBytes: 16 * GiB, availableBytes: 14 * GiB }, ...more })
const disk = (type: string, freeGib: number, more = {}) => ({
  mount: '/',
  type,
  totalBytes: 2000 * GiB,
  freeBytes: freeGib * GiB,
  device: 'ssd',
  readOnly: false,
  ...more,
})

describe('swap', () => {
  test('the mining rig gets 64 GiB on ext4, not on NTFS', () => {
    const { swap, advice } = swapAdvice(shippedMachine('mining-rig'), 30 * GiB)
    expect(swap).toEqual({ path: '/rigup.swap', bytes: 64 * GiB })
    expect(advice[0]).toMatchObject({ id: 'swap-size', kind: 'recommend' })
    expect(advice.map(({ id }) => id)).toContain('swap-on-hdd')
  })

  test('enough memory needs none', () => {
    expect(swapAdvice(machineWith(), 20 * GiB)).toMatchObject({ swap: null, advice: [{ id: 'swap-enough' }] })
  })

  test.each([
    ['ext4', null],
    ['xfs', null],
    ['btrfs', null],
    ['fuseblk', 'swap-filesystem'],
    ['ntfs3', 'swap-filesystem'],
    ['zfs', 'swap-filesystem'],
    ['overlay', 'swap-filesystem'],
    ['tmpfs', 'swap-filesystem'],
    ['nfs4', 'swap-filesystem'],
    ['exfat', 'swap-filesystem'],
  ])('a swap file on %s: %s', (type, refusal) => {
    const advice = swapPlaceAdvice(small({ filesystems: [disk(type, 500)] }), { path: '/swapfile', bytes: 8 * GiB })
    expect(advice.find(({ kind }) => kind === 'refuse')?.id ?? null).toBe(refusal)
  })

  test('a full disk, a container and WSL refuse, each with the way out', () => {
    const full = swapAdvice(small({ filesystems: [disk('ext4', 8)] }), 40 * GiB)
    expect(full.advice[0]).toMatchObject({
      id: 'swap-no-place',
      kind: 'refuse',
      instead: expect.stringContaining('At most'),
    })
    const container = small({ swap: { totalBytes: 0, usedBytes: 0, areas: [], allowed: false } })
    expect(swapAdvice(container, 40 * GiB).advice[0]).toMatchObject({
      id: 'swap-not-allowed',
      instead: expect.stringContaining('host'),
    })
    const wsl = small({ swap: { totalBytes: 0, usedBytes: 0, areas: [], allowed: false }, os: { wsl: true } })
    expect(swapAdvice(wsl, 40 * GiB).advice[0]?.instead).toContain('.wslconfig')
  })

  test('what is active already is left alone', () => {
    const areas = [{ path: '/swapfile', kind: 'file', bytes: 8 * GiB, usedBytes: 0 }]
    const machine = small({ swap: { totalBytes: 8 * GiB, usedBytes: 0, areas, allowed: true } })
    expect(swapPlaceAdvice(machine, { path: '/swapfile', bytes: 8 * GiB })).toMatchObject([
      { id: 'swap-already-there', kind: 'note' },
    ])
  })

  test('a swap file always covers the shortage and always leaves room on the disk', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 1, max: 600 }),
        fc.integer({ min: 2, max: 64 }),
        (needed, free, ram) => {
          const machine = machineWith({
            memory: { totalBytes: ram * GiB, availableBytes: ram * GiB },
            filesystems: [disk('ext4', free)],
          })
          const { swap, expectedSwapBytes, advice } = swapAdvice(machine, needed * GiB)
          if (swap === null) expect(advice.length).toBeGreaterThan(0)
          else {
            expect(swap.bytes).toBeGreaterThanOrEqual(Math.floor(expectedSwapBytes / GiB) * GiB)
            expect(swap.bytes).toBeLessThan(free * GiB)
          }
        },
      ),
    )
  })
})

describe('the guard', () => {
  test.each([
    ['a large swap file', 16, 128, false, '75,70'],
    ['a smaller one', 16, 64, false, '50,45'],
    ['as much swap as memory', 16, 16, false, '10,5'],
    ['no swap: memory alone', 16, 0, false, '100,100'],
    ['an immense swap file', 16, 1000, false, '90,85'],
    ['memory that the GPU shares and that cannot be swapped', 120, 16, true, '100,100'],
  ])('its limits can be reached beside %s', (_, memory, swap, unifiedMemory, limits) => {
    const args = earlyoomArguments({ memoryBytes: memory * GiB, swapBytes: swap * GiB, unifiedMemory })
    expect(args[args.indexOf('-s') + 1]).toBe(limits)
  })

  test('what is advised is what is planned', () => {
    const rig = shippedMachine('mining-rig')
    const swap = swapAdvice(rig, 30 * GiB)
    const recipe = recipeSchema.parse({
      rigup: 1,
      name: 'case',
      model: { source: 'proof', id: 'proof' },
      engine: { route: 'vllm-cuda-wheel', version: 'newest' },
      memory: { swap: swap.swap, guard: 'earlyoom' },
    })
    const written = JSON.stringify(earlyoomActions(rig, recipe))
    const advised = guardAdvice(rig, 30 * GiB, swap).arguments
    expect(written).toContain(`-s ${advised[advised.indexOf('-s') + 1]} `)
  })

  test('the way in is never ended: the pattern names exactly these processes', () => {
    const args = earlyoomArguments({ memoryBytes: 16 * GiB, swapBytes: 0, unifiedMemory: false })
    const avoid = new RegExp(args[args.indexOf('--avoid') + 1] ?? '')
    const prefer = new RegExp(args[args.indexOf('--prefer') + 1] ?? '')
    for (const name of ['sshd', 'ssh', 'bash', ...protectedProcesses]) expect(avoid.test(name)).toBe(true)
    // The kernel cuts names at 15 characters.
    for (const name of ['python3', 'python', 'VLLM::EngineCor', 'vllm', 'pt_main_thread']) {
      expect(prefer.test(name)).toBe(true)
      expect(avoid.test(name)).toBe(false)
    }
  })

  test.each([
    ['memory is tight', small(), 20, 'earlyoom'],
    ['there is plenty', machineWith(), 10, 'none'],
    ['memory is shared with the GPU', shippedMachine('gb10'), 10, 'earlyoom'],
    ['a container decides nothing', small({ os: { container: 'docker', init: 'none' } }), 20, 'none'],
    ['/etc is not ours', small({ os: { id: 'nixos', immutable: true } }), 20, 'none'],
    ['nobody can become root', small({ user: { privileges: 'none' } }), 20, 'none'],
  ])('%s', (_, machine, needed, guard) => {
    expect(guardAdvice(machine, needed * GiB, swapAdvice(machine, needed * GiB)).guard).toBe(guard)
  })
})

describe('limits', () => {
  test('are bytes, of RAM less a tenth and of the swap that will be there', () => {
    const machine = small()
    const swap = swapAdvice(machine, 30 * GiB)
    const { limits } = limitsAdvice(machine, 30 * GiB, swap)
    expect(limits).toEqual({
      memoryBytes: Math.floor(16 * GiB - 1.6 * GiB),
      swapBytes: Math.floor(0.9 * (swap.swap?.bytes ?? 0)),
      oomScoreAdjust: 1000,
    })
    expect(limits?.swapBytes).toBeGreaterThan(16 * GiB)
  })

  test('need systemd, and say where they are blind', () => {
    const other = small({ os: { init: 'openrc' } })
    expect(limitsAdvice(other, 0, swapAdvice(other, 0)).limits).toBeNull()
    const unified = shippedMachine('gb10')
    const ids = limitsAdvice(unified, 0, swapAdvice(unified, 0)).advice.map(({ id }) => id)
    expect(ids).toContain('limits-blind-on-unified-memory')
  })
})
