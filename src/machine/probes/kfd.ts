import { isIntegratedTarget } from '../../knowledge/gpus.ts'
import { known } from '../fact.ts'
import { linesOf } from '../lines.ts'
import { readPciAddress } from '../read-value.ts'
import { cite, type GpuReading, type Source } from '../reading.ts'

/**
 * Reads the properties of a node of the compute driver's topology (/sys/class/kfd/kfd/topology/nodes/N/properties). CPUs are nodes
 * too, and give nothing.
 */
export function readKfdProperties(text: string, source: Source): GpuReading[] {
  const values = new Map<string, { value: number; digits: string; line: string }>()
  for (const line of linesOf(text)) {
    const match = /^(\w+) (\d+)$/.exec(line.trim())
    if (match) values.set(match[1] ?? '', { value: Number(match[2]), digits: match[2] ?? '', line })
  }
  const version = values.get('gfx_target_version')
  const arch = kfdTarget(version?.value ?? 0)
  if (arch === null || version === undefined) return []
  const location = values.get('location_id')
  const unique = values.get('unique_id')
  const device = values.get('device_id')
  const address = location && addressOf(location.value, values.get('domain')?.value ?? 0)
  return [
    {
      vendor: 'amd',
      ...(device ? { deviceId: device.value } : {}),
      facts: {
        arch: known(arch, cite(source, version.line)),
        ...(address ? { pciAddress: known(address, cite(source, location.line)) } : {}),
        // 64 bits: more than a JavaScript number holds exactly.
        ...(unique && unique.digits !== '0'
          ? { uuid: known(`GPU-${BigInt(unique.digits).toString(16).padStart(16, '0')}`, cite(source, unique.line)) }
          : {}),
        ...(isIntegratedTarget(arch) ? { unifiedMemory: known(true, cite(source, version.line)) } : {}),
      },
    },
  ]
}

/** The driver's number as LLVM's target: 90006 is gfx906, 90010 gfx90a, 110001 gfx1101. */
export function kfdTarget(version: number): string | null {
  if (!Number.isSafeInteger(version) || version <= 0) return null
  const major = Math.floor(version / 10_000)
  const minor = Math.floor(version / 100) % 100
  return `gfx${major}${minor.toString(16)}${(version % 100).toString(16)}`
}

function addressOf(location: number, domain: number): string | null {
  const hex = (value: number) => value.toString(16)
  return readPciAddress(`${hex(domain)}:${hex((location >> 8) & 0xff)}:${hex((location >> 3) & 0x1f)}.${location & 7}`)
}
