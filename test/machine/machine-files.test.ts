import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GiB } from '#src/core/bytes.ts'
import { Problem } from '#src/core/problem.ts'
import { machineFingerprint } from '#src/machine/fingerprint.ts'
import { applyOverrides } from '#src/machine/overrides.ts'
import { listShippedMachines, parseMachine, readMachine } from '#src/machine/read-machine.ts'
import { machineSummary, machineText } from '#src/machine/summary.ts'
import { machineValues } from '#src/machine/values.ts'

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rigup-machine-'))
})
afterAll(() => rm(directory, { recursive: true }))

const problemOf = (action: () => unknown): Problem => {
  try {
    action()
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('the machines that ship', () => {
  it('are those of the systems that must work', async () => {
    expect(await listShippedMachines()).toEqual([
      'cpu-server',
      'gb10',
      'mining-rig',
      'radeon-desktop',
      'rtx3060-desktop',
      'shared-a100',
      'tesla-p40',
    ])
  })

  it.each([
    ['mining-rig', '8 × RTX 3060 12 GiB · 15.5 GiB RAM · Ubuntu 22.04.5 LTS'],
    ['rtx3060-desktop', 'RTX 3060 12 GiB · 31.2 GiB RAM · Ubuntu 22.04.5 LTS'],
    ['radeon-desktop', 'Instinct MI50/MI60 32 GiB + Radeon Pro W7500 8 GiB · 125.7 GiB RAM · NixOS 25.05 (Warbler)'],
    ['gb10', 'GB10 · 119.7 GiB RAM · Ubuntu 24.04.3 LTS'],
    ['cpu-server', 'no GPU · 23.5 GiB RAM · Debian GNU/Linux 12 (bookworm)'],
  ])('%s in one line', async (name, summary) => {
    expect(machineSummary(await readMachine(name))).toBe(summary)
  })

  it('print a row per card', async () => {
    const lines = machineText(await readMachine('mining-rig'))
    expect(
      lines.filter((line) => /#\d {2}RTX 3060 {2}12\.0 GiB {2}11\.6 GiB free {2}cap 8\.6/.test(line)),
    ).toHaveLength(8)
    expect(lines.join('\n')).toContain('PCIe ×1 of ×16')
    expect(lines.join('\n')).toContain('no AVX')
  })
})

describe('a machine file', () => {
  it('is read back as it was written, with facts and as bare values', async () => {
    const machine = await readMachine('shared-a100')
    expect(parseMachine(JSON.stringify(machine), 'machine.json')).toEqual(machine)
    const bare = machineValues(machine)
    expect(machineValues(parseMachine(JSON.stringify(bare), 'values.json'))).toEqual(bare)
  })

  it('is read from a path', async () => {
    const path = join(directory, 'machine.yaml')
    await writeFile(path, 'name: mine\nmemory:\n  totalBytes: 1024\n')
    expect((await readMachine(path)).memory.totalBytes.value).toBe(1024)
  })

  it.each([
    [
      '{"name":"a","gpus":[{"index":0,"memoryTotalBytes":"12"}]}',
      /gpus\[0\]\.memoryTotalBytes must be a number, and is text/,
    ],
    ['{"name":"a","os":{"id":5}}', /os\.id must be text, and is a number/],
    ['{"memory":{}}', /name must be text, and is missing/],
    ['{"name":"a","nonsense":1}', /has no field nonsense/],
    ['{"name":"a","gpus":[{"index":0,"vendor":"voodoo"}]}', /gpus\[0\]\.vendor must be one of nvidia/],
    ['{"name":', /./],
    ['- just\n- a list', /holds no fields/],
    [
      'a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]',
      /./,
    ],
  ])('with nonsense names the field: %s', (text, why) => {
    const problem = problemOf(() => parseMachine(text, 'machine.json'))
    expect(problem.exit).toBe('input')
    expect(problem.why).toMatch(why)
  })

  it('of a newer rigup is refused', () => {
    expect(problemOf(() => parseMachine('{"name":"a","schemaVersion":99}', 'm.json')).message).toContain('newer rigup')
  })

  it('that is not there is said to be no profile either', async () => {
    await expect(readMachine(join(directory, 'none'))).rejects.toMatchObject({
      exit: 'input',
      why: expect.stringContaining('mining-rig'),
    })
  })
})

describe('corrections', () => {
  it.each([
    ['gpus[0].memoryTotalBytes=12GiB', 12 * GiB],
    ['gpus[0].memoryTotalBytes=0', 0],
    ['gpus[0].memoryTotalBytes=unknown', null],
  ])('%s', async (text, value) => {
    const machine = applyOverrides(await readMachine('tesla-p40'), [text])
    expect(machine.gpus[0]?.memoryTotalBytes).toMatchObject({
      value,
      overridden: { detected: 23040 * 1024 ** 2, by: 'operator' },
    })
  })

  it('take the kind of the field', async () => {
    const machine = applyOverrides(await readMachine('mining-rig'), [
      'gpus[*].capability=7.5',
      'os.wsl=yes',
      'cpu.flags=avx,avx2',
      'os.glibc=2.31',
      'user.privileges=none',
      'gpus[3].linkWidth=16',
    ])
    expect(machine.gpus.map((gpu) => gpu.capability.value)).toEqual(Array(8).fill('7.5'))
    expect([
      machine.os.wsl.value,
      machine.cpu.flags.value,
      machine.os.glibc.value,
      machine.user.privileges.value,
    ]).toEqual([true, ['avx', 'avx2'], '2.31', 'none'])
    expect(machine.gpus[3]?.linkWidth.value).toBe(16)
  })

  it.each([
    'gpus[0].memoryTotalBytes=much',
    'gpus[12].name=x',
    'nothing.here=1',
    'memoryTotalBytes',
    '__proto__.polluted=1',
    'user.privileges=king',
  ])('refuse %s', async (text) => {
    const machine = await readMachine('mining-rig')
    expect(problemOf(() => applyOverrides(machine, [text])).exit).toBe('usage')
  })
})

describe('the fingerprint', () => {
  const fingerprintWith = async (...overrides: string[]) =>
    machineFingerprint(applyOverrides(await readMachine('mining-rig'), overrides))

  it('is the same for what does not decide whether a recipe fits', async () => {
    const before = await fingerprintWith()
    expect(before).toMatch(/^[0-9a-f]{64}$/)
    expect(
      await fingerprintWith(
        'memory.availableBytes=1',
        'gpus[0].memoryUsedBytes=5GiB',
        'gpus[0].pciAddress=0000:99:00.0',
        'memory.totalBytes=16GiB',
        'gpus[0].driver=570.99.01',
      ),
    ).toBe(before)
  })

  it.each([
    'gpus[0].name=NVIDIA GeForce RTX 3090',
    'gpus[0].memoryTotalBytes=24GiB',
    'gpus[0].capability=8.9',
    'gpus[0].driver=580.1',
    'cpu.flags=avx,avx2',
    'memory.totalBytes=32GiB',
    'os.version=24.04',
    'os.glibc=2.39',
  ])('is another with %s', async (override) => {
    expect(await fingerprintWith(override)).not.toBe(await fingerprintWith())
  })
})
