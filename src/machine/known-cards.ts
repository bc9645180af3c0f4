import {
  amdTargetOf,
  amdTargetOfName,
  capabilityOf,
  capabilityOfDevice,
  isIntegratedTarget,
  isUnifiedNvidia,
  nameOfPciId,
  nominalMemoryGiB,
} from '../knowledge/gpus.ts'
import { known, unknown } from './fact.ts'
import { mergeFacts } from './merge-facts.ts'
import { cite, type GpuReading } from './reading.ts'

const table = { name: 'rigup’s table of cards' }

/**
 * A card with what follows from its name, chip or PCI id where no tool told it: capability or target, and whether it shares the
 * memory of the CPU. Its memory never follows from that: the same model is sold with several sizes, and ECC takes a part.
 */
export function withKnownCard(reading: GpuReading): GpuReading['facts'] {
  const { facts } = reading
  if (reading.vendor === 'nvidia') return mergeFacts(facts, nvidiaFacts(reading))
  if (reading.vendor === 'amd') return mergeFacts(facts, amdFacts(reading))
  if (reading.vendor === 'intel') return mergeFacts(facts, intelFacts(reading))
  return facts
}

function nvidiaFacts({ facts, chip, deviceId }: GpuReading): GpuReading['facts'] {
  const name = facts.name?.value ?? null
  const capability =
    (name === null ? null : capabilityOf(name)) ??
    (chip === undefined ? null : capabilityOf(chip)) ??
    (deviceId === undefined ? null : capabilityOfDevice(deviceId))
  const unified = facts.unifiedMemory?.value === true || (name !== null && isUnifiedNvidia(name))
  const line = chip ?? (deviceId === undefined ? undefined : pciId('10de', deviceId)) ?? name ?? undefined
  return {
    capability:
      capability === null
        ? unknown('the tools here do not tell the compute capability, and the name is not in the table')
        : { ...known(capability, cite(table, line)), method: 'NVIDIA’s list of cards, by name or PCI id' },
    ...(name === null ? {} : { unifiedMemory: known(unified, cite(table, line)) }),
    ...unifiedOrNominal(unified, name),
  }
}

function unifiedOrNominal(unified: boolean, name: string | null): GpuReading['facts'] {
  if (unified) {
    const reason = 'the card shares the memory of the CPU and has none of its own'
    return { memoryTotalBytes: unknown(reason), memoryUsedBytes: unknown(reason), memoryFreeBytes: unknown(reason) }
  }
  const nominal = name === null ? null : nominalMemoryGiB(name)
  if (nominal === null) return {}
  return { memoryTotalBytes: unknown(`no driver tells it; this model is sold with ${nominal} GiB`) }
}

function amdFacts({ facts, deviceId, chip }: GpuReading): GpuReading['facts'] {
  const target = deviceId === undefined ? null : amdTargetOf(deviceId)
  const named = chip ?? facts.name?.value ?? null
  const byName = target === null && named !== null ? amdTargetOfName(named) : null
  const arch = facts.arch?.value ?? target?.arch ?? byName
  // MI300A is a CPU and a GPU over one memory, of the same target as the cards.
  const accelerated = deviceId === 0x74a0 || /\bMI300A\b/.test(facts.name?.value ?? '')
  const integrated = accelerated || (target?.integrated ?? (arch !== null && isIntegratedTarget(arch)))
  const id = deviceId === undefined ? undefined : pciId('1002', deviceId)
  const name = id === undefined ? null : nameOfPciId(id)
  const told = target?.arch ?? byName
  return {
    ...(name === null ? {} : { name: known(name, cite(table, id)) }),
    ...(told === null
      ? {}
      : {
          arch: {
            ...known(told, cite(table, id ?? named ?? undefined)),
            method: target ? 'the table of chips' : 'the name of the chip or card',
          },
        }),
    ...(arch === null ? {} : { unifiedMemory: known(integrated, cite(table, id ?? arch)) }),
    ...unifiedOrNominal(false, facts.name?.value ?? name),
  }
}

function pciId(vendor: string, deviceId: number): string {
  return `${vendor}:${deviceId.toString(16).padStart(4, '0')}`
}

function intelFacts({ facts }: GpuReading): GpuReading['facts'] {
  if (!facts.pciAddress?.value) return {}
  const integrated = facts.pciAddress.value === '0000:00:02.0'
  const name = facts.name?.value ?? null
  return {
    unifiedMemory: known(integrated, cite(table, 'Intel’s integrated graphics are always device 00:02.0')),
    memoryTotalBytes: unknown('only xpu-smi tells it: the regions that lspci shows are addresses'),
    ...unifiedOrNominal(integrated, name),
  }
}
