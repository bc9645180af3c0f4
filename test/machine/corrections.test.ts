import { expect, it } from 'vitest'
import { GiB } from '#src/core/bytes.ts'
import {
  correctableFacts,
  correctionsOf,
  recordedMachine,
  withCorrections,
  withRecordedCorrections,
} from '#src/machine/corrections.ts'
import { readMachine } from '#src/machine/read-machine.ts'

const corrections = ['gpus[0].memoryTotalBytes=10737418240', 'gpus[1].linkWidth=unknown', 'cpu.flags=avx,avx2']

it('keeps what was corrected in a form that corrects again', async () => {
  const machine = await readMachine('mining-rig')
  const corrected = withCorrections(machine, corrections)
  expect(correctionsOf(corrected)).toEqual(corrections)
  expect(withCorrections(machine, correctionsOf(corrected))).toEqual(corrected)
  expect(correctionsOf(machine)).toEqual([])
})

it('keeps what was detected however often a fact is corrected', async () => {
  const machine = await readMachine('mining-rig')
  const twice = withCorrections(machine, ['gpus[0].memoryTotalBytes=1GiB', 'gpus[0].memoryTotalBytes=2GiB'])
  expect(twice.gpus[0]?.memoryTotalBytes).toMatchObject({ value: 2 * GiB, overridden: { detected: 12 * GiB } })
})

it('every number of a machine can be corrected', async () => {
  const machine = await readMachine('mining-rig')
  const paths = correctableFacts(machine).map(({ path }) => path)
  for (const path of [
    'gpus[7].linkWidthMax',
    'cpu.cores',
    'memory.totalBytes',
    'swap.totalBytes',
    'os.glibc',
    'filesystems[0].freeBytes',
  ])
    expect(paths).toContain(path)
  const typed = correctableFacts(machine).filter((fact) => fact.typed !== '')
  const again = withCorrections(
    machine,
    typed.map((fact) => `${fact.path}=${fact.typed}`),
  )
  expect(correctionsOf(again)).toHaveLength(typed.length)
})

it('corrects a machine as its recipe was made with, and no other machine', async () => {
  const machine = await readMachine('mining-rig')
  const corrected = withCorrections(machine, corrections)
  const recorded = recordedMachine(corrected, 'a rig')
  expect(recorded.corrections).toEqual(corrections)
  expect(withRecordedCorrections(machine, recorded)).toEqual(corrected)
  const other = await readMachine('tesla-p40')
  expect(withRecordedCorrections(other, recorded)).toBe(other)
  expect(withRecordedCorrections(machine, undefined)).toBe(machine)
  expect(recordedMachine(machine, 'a rig')).not.toHaveProperty('corrections')
})
