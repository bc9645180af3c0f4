import { expect, it } from 'vitest'
import { MiB } from '#src/core/bytes.ts'
import { withCorrections } from '#src/machine/corrections.ts'
import { detectMachine } from '#src/machine/detect.ts'
import { refreshCards } from '#src/machine/refresh-cards.ts'
import { nvidiaCsv, nvidiaReport, nvidiaXml, rig } from './outputs/nvidia.ts'
import { savedHost } from './saved-host.ts'

const report = 'nvidia-smi -q -d MEMORY,UTILIZATION,TEMPERATURE,POWER,PIDS'
const still = {
  'nvidia-smi -q -x': nvidiaXml(rig),
  'nvidia-smi --query-gpu=index,uuid,pci.bus_id,compute_cap --format=csv': nvidiaCsv(rig),
}
const machine = await detectMachine({ host: savedHost({ commands: still }) })

it('takes what moves, and nothing else', async () => {
  const moved = nvidiaReport([...rig].toReversed().map((card) => ({ ...card, name: 'another name', used: '5000 MiB' })))
  const fresh = await refreshCards(machine, savedHost({ commands: { [report]: moved } }))
  expect(fresh.problem).toBeNull()
  expect(fresh.machine.gpus.map((gpu) => gpu.memoryUsedBytes.value)).toEqual([5000 * MiB, 5000 * MiB])
  expect(fresh.machine.gpus.map((gpu) => gpu.name.value)).toEqual(machine.gpus.map((gpu) => gpu.name.value))
})

it('is the same machine where nothing moved, so that no screen is drawn again', async () => {
  const host = savedHost({ commands: { [report]: nvidiaReport(rig) } })
  const once = await refreshCards(machine, host)
  expect((await refreshCards(once.machine, host)).machine).toBe(once.machine)
})

it('leaves what the operator corrected', async () => {
  const corrected = withCorrections(machine, ['gpus[0].memoryUsedBytes=1GiB'])
  const host = savedHost({ commands: { [report]: nvidiaReport(rig.map((card) => ({ ...card, used: '5000 MiB' }))) } })
  const fresh = await refreshCards(corrected, host)
  expect(fresh.machine.gpus[0]?.memoryUsedBytes.value).toBe(1024 * MiB)
  expect(fresh.machine.gpus[1]?.memoryUsedBytes.value).toBe(5000 * MiB)
})

it('says that a tool hangs', async () => {
  const host = savedHost({ commands: { [report]: { kind: 'hung', afterMilliseconds: 5000 } } })
  const fresh = await refreshCards(machine, host)
  expect(fresh.machine).toBe(machine)
  expect(fresh.problem).toContain('did not answer within 5 s')
})
