import { known } from '../fact.ts'
import { jsonDocument } from '../json-text.ts'
import { linesOf } from '../lines.ts'
import { by, readPciAddress, readSize, told } from '../read-value.ts'
import { cite, type GpuReading, type Reading, type Source } from '../reading.ts'

/**
 * Reads `xpu-smi discovery` as a table or with `-j`, and the overview that `xpu-smi` prints by itself since 2.0: Intel's cards with name,
 * UUID, address and memory.
 */
export function readXpuSmi(text: string, source: Source): Reading {
  return { gpus: fromJson(text, source) ?? [...fromTable(text, source), ...fromOverview(text, source)] }
}

/** Like nvidia-smi's table; a name that is too long goes on in the row below. */
function fromOverview(text: string, source: Source): GpuReading[] {
  const cards: { index: number; name: string; address: string; line: string; sizes: string[] }[] = []
  for (const line of linesOf(text)) {
    const [left = '', middle = ''] = line.split('|').slice(1)
    const first = /^\s*(\d+)\s+(\S.*?)\s+(?:On|Off|N\/A)\s*$/.exec(left)
    const address = /^\s*([0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])\s/i.exec(middle)?.[1]
    const last = cards.at(-1)
    const sizes = /(\d+ ?[MG]i?B) *\/ *(\d+ ?[MG]i?B)/.exec(middle)
    if (first && address !== undefined)
      cards.push({ index: Number(first[1]), name: first[2] ?? '', address, line, sizes: [] })
    else if (last && last.sizes.length === 0 && sizes) last.sizes = [sizes[1] ?? '', sizes[2] ?? '']
    else if (last && last.sizes.length === 0 && middle.trim() === '' && /^\s+[A-Za-z]/.test(left))
      last.name = `${last.name} ${left.trim()}`
  }
  return cards.map(({ index, name, address, sizes }) => {
    const used = readSize(sizes[0])
    const found = card(index, { name, uuid: undefined, address, memory: sizes[1] }, source)
    const memoryUsedBytes = used === null ? {} : { memoryUsedBytes: known(used, cite(source, `${sizes.join(' / ')}`)) }
    return { ...found, facts: { ...found.facts, ...memoryUsedBytes } }
  })
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
