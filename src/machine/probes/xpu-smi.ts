import { known } from '../fact.ts'
import { jsonDocument } from '../json-text.ts'
import { by, readPciAddress, readSize, told } from '../read-value.ts'
import { cite, type GpuReading, type Reading, type Source } from '../reading.ts'

/** Reads `xpu-smi discovery` as a table or with `-j`: Intel's cards with name, UUID and address. */
export function readXpuSmi(text: string, source: Source): Reading {
  return { gpus: fromJson(text, source) ?? fromTable(text, source) }
}

function fromJson(text: string, source: Source): GpuReading[] | null {
  const document = jsonDocument(text)
  if (document === undefined) return null
  const list =
    typeof document === 'object' && document !== null && 'device_list' in document ? document.device_list : [document]
  if (!Array.isArray(list)) return []
  return list.flatMap((entry: unknown, index) => {
    if (typeof entry !== 'object' || entry === null || !('device_name' in entry)) return []
    const fields = entry as Record<string, unknown>
    const value = (name: string) =>
      typeof fields[name] === 'string' || typeof fields[name] === 'number' ? String(fields[name]) : undefined
    return [
      card(
        index,
        {
          name: value('device_name'),
          uuid: value('uuid'),
          address: value('pci_bdf_address'),
          memory: value('memory_physical_size_byte'),
        },
        source,
      ),
    ]
  })
}

function fromTable(text: string, source: Source): GpuReading[] {
  const blocks = text.split(/\n\+-[-+]*\r?\n/)
  return blocks.flatMap((block) => {
    const index = /^\|\s*(\d+)\s*\|/m.exec(block)?.[1]
    const field = (name: string) => new RegExp(`${name}:\\s*(.*?)\\s*\\|?\\s*$`, 'm').exec(block)?.[1]
    const name = field('Device Name')
    if (index === undefined || name === undefined) return []
    return [
      card(
        Number(index),
        { name, uuid: field('UUID'), address: field('PCI BDF Address'), memory: field('Memory Physical Size') },
        source,
      ),
    ]
  })
}

type Fields = {
  name: string | undefined
  uuid: string | undefined
  address: string | undefined
  memory: string | undefined
}

function card(index: number, fields: Fields, source: Source): GpuReading {
  const name = told(fields.name)
  const uuid = told(fields.uuid)
  const address = readPciAddress(fields.address)
  const memory = readSize(told(fields.memory))
  return {
    vendor: 'intel',
    toolIndex: index,
    facts: {
      ...(name === null ? {} : { name: known(name, cite(source, `Device Name: ${name}`)) }),
      ...(uuid === null ? {} : { uuid: known(uuid, cite(source, `UUID: ${uuid}`)) }),
      ...(address === null ? {} : { pciAddress: known(address, cite(source, `PCI BDF Address: ${address}`)) }),
      ...(memory === null
        ? {}
        : {
            memoryTotalBytes: by(
              known(memory, cite(source, `Memory Physical Size: ${fields.memory}`)),
              'xpu-smi physical memory',
            ),
          }),
    },
  }
}
