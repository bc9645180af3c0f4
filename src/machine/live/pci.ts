import { nameOfPciId } from '../../knowledge/gpus.ts'
import { type Fact, known } from '../fact.ts'
import type { Host } from '../host/host.ts'
import { deviceName } from '../probes/pci-ids.ts'
import { by, generationOfSpeed, readNumber } from '../read-value.ts'
import { cite, type GpuReading, type Vendor } from '../reading.ts'
import { type Probe, sourceAt, word } from './probe.ts'

const vendors: Readonly<Record<string, Vendor>> = { '0x10de': 'nvidia', '0x1002': 'amd', '0x8086': 'intel' }
const root = '/sys/bus/pci/devices'

/**
 * The cards that are on the bus, whatever their drivers say: display controllers and accelerators of NVIDIA, AMD and Intel. A
 * server's management chip and a virtual machine's screen are none.
 */
export const pci: Probe = async (host) => {
  const addresses = (await host.list(root)) ?? []
  const found = await Promise.all(addresses.map((address) => readDevice(host, address)))
  const cards = found.filter((card) => card !== null)
  if (cards.length === 0) return []
  return [{ gpus: await Promise.all(cards.map((card) => withName(host, card))) }]
}

type Card = { address: string; vendorId: string; deviceId: string; vendor: Vendor; facts: GpuReading['facts'] }

async function readDevice(host: Host, address: string): Promise<Card | null> {
  const directory = `${root}/${address}`
  const kind = await word(host, `${directory}/class`)
  if (kind === null || !/^0x(03|12)/.test(kind)) return null
  const [vendorId, deviceId, node, driver] = await Promise.all([
    word(host, `${directory}/vendor`),
    word(host, `${directory}/device`),
    word(host, `${directory}/numa_node`),
    host.realPath(`${directory}/driver`),
  ])
  const vendor = vendors[vendorId ?? '']
  if (!vendor || !vendorId || !deviceId) return null
  // Intel's accelerators are neural units and data movers; its cards are display controllers.
  if (vendor === 'intel' && kind.startsWith('0x12')) return null
  const source = sourceAt(host, directory)
  return {
    address,
    vendor,
    vendorId: vendorId.slice(2),
    deviceId: deviceId.slice(2),
    facts: {
      pciAddress: known(address, cite(source, `${vendorId.slice(2)}:${deviceId.slice(2)}`)),
      ...(await linkFacts(host, directory)),
      // -1: the firmware does not say.
      ...(node !== null && /^\d+$/.test(node)
        ? { numaNode: known(Number(node), cite(source, `numa_node ${node}`)) }
        : {}),
      ...driverProblem(vendor, driver?.split('/').at(-1) ?? null, cite(source, `driver ${driver ?? 'none'}`)),
    },
  }
}

/**
 * The link of a card. AMD's discrete cards have a switch of their own on board: the link to the slot is that of its upper port
 * (vendor 1002, class bridge), and the card’s own is always wide and fast.
 */
async function linkFacts(host: Host, directory: string): Promise<GpuReading['facts']> {
  const path = (await host.realPath(directory)) ?? directory
  let end = path
  for (let parent = parentOf(path); parent !== null; parent = parentOf(parent)) {
    if ((await word(host, `${parent}/vendor`)) !== '0x1002') break
    end = parent
  }
  const [width, widest, speed, fastest] = await Promise.all(
    ['current_link_width', 'max_link_width', 'current_link_speed', 'max_link_speed'].map(async (name) => ({
      name,
      text: await word(host, `${end}/${name}`),
    })),
  )
  const fact = (entry: typeof width, value: number | null): Fact<number> | null =>
    value === null || value === 0 || entry?.text === undefined
      ? null
      : by(known(value, cite(sourceAt(host, `${end}/${entry.name}`), entry.text ?? undefined)), `sysfs ${entry.name}`)
  const lanes = (entry: typeof width) => {
    const value = readNumber(entry?.text)
    // 255 is what the kernel prints for a link it cannot read.
    return fact(entry, value !== null && value <= 32 ? value : null)
  }
  const generation = (entry: typeof width) => fact(entry, generationOfSpeed(readNumber(entry?.text)))
  const facts = {
    linkWidth: lanes(width),
    linkWidthMax: lanes(widest),
    linkGeneration: generation(speed),
    linkGenerationMax: generation(fastest),
  }
  return Object.fromEntries(Object.entries(facts).filter(([, entry]) => entry !== null))
}

function parentOf(path: string): string | null {
  const parent = path.slice(0, path.lastIndexOf('/'))
  return /\/[0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/.test(parent) ? parent : null
}

const drivers: Readonly<Record<string, RegExp>> = { nvidia: /^nvidia/, amd: /^(amdgpu|radeon)$/, intel: /^(i915|xe)$/ }

function driverProblem(vendor: Vendor, driver: string | null, evidence: ReturnType<typeof cite>): GpuReading['facts'] {
  if (driver !== null && drivers[vendor]?.test(driver)) return {}
  const needed = { nvidia: 'NVIDIA’s driver', amd: 'amdgpu', intel: 'i915 or xe' }[vendor as 'nvidia' | 'amd' | 'intel']
  const text =
    driver === null
      ? `No driver holds this card: ${needed} is not loaded for it.`
      : driver === 'nouveau'
        ? 'The open driver nouveau holds this card: CUDA needs NVIDIA’s own driver.'
        : driver === 'vfio-pci'
          ? 'This card is set aside for a virtual machine (vfio-pci).'
          : `The driver ${driver} holds this card, not ${needed}.`
  return { problem: known(text, evidence) }
}

const lists = ['/usr/share/misc/pci.ids', '/usr/share/hwdata/pci.ids', '/usr/share/pci.ids']

async function withName(host: Host, card: Card): Promise<GpuReading> {
  const id = `${card.vendorId}:${card.deviceId}`
  let name = nameOfPciId(id)
  let chip: string | null = null
  for (const path of lists) {
    if (chip !== null) break
    const text = await host.readText(path, 4 * 1024 * 1024)
    chip = text === null ? null : deviceName(text, card.vendorId, card.deviceId)
  }
  if (chip !== null) name = /\[([^\]]+)\]\s*$/.exec(chip)?.[1] ?? chip
  return {
    vendor: card.vendor,
    deviceId: Number.parseInt(card.deviceId, 16),
    ...(chip === null ? {} : { chip }),
    facts: { ...card.facts, ...(name === null ? {} : { name: known(name, cite(sourceAt(host, 'PCI id'), id)) }) },
  }
}
