import { nameOfPciId } from '../../knowledge/gpus.ts'
import { type Fact, known, unknown } from '../fact.ts'
import { linesOf } from '../lines.ts'
import { generationOfSpeed, readCount, readNumber, readPciAddress } from '../read-value.ts'
import { cite, type GpuReading, type Reading, type Source, type Vendor } from '../reading.ts'
import { readPciTree } from './lspci-tree.ts'

type Device = {
  address: string
  class: string
  vendor: string
  device: string
  /** Lines that belong to it, without the first. */
  details: string[]
  line: string
}

const display =
  /\b(VGA compatible controller|3D controller|Display controller|Processing accelerators)\b|\b(0300|0302|0380|1200)\b/i

/**
 * Reads `lspci` in every form: plain, `-nn`, `-k`, `-vvv` with or without root, `-mm`, `-vmm`, numbers only, `-tv`. Cards for display
 * alone (the management controller of a server, a virtual machine's screen) are left out. Regions are addresses, not memory.
 */
export function readLspci(text: string, source: Source): Reading {
  const listed = /^Slot:\s/m.test(text) ? fromRecords(text) : fromLines(text)
  const all = listed.length > 0 ? listed : fromTree(text)
  const devices = all.filter((device) => display.test(device.class))
  const paravirtual = devices.some((device) => /1414|Microsoft/.test(device.vendor))
  return {
    gpus: devices.flatMap((device) => {
      const vendor = vendorOf(device)
      // Intel's accelerators are neural units and data movers; its cards are display controllers.
      if (vendor === 'intel' && /Processing accelerators|\b1200\b/i.test(device.class)) return []
      return vendor === null ? [] : [readDevice(device, vendor, slotEnd(device, vendor, all), source)]
    }),
    ...(paravirtual
      ? {
          problems: [
            {
              about: 'lspci',
              text: 'This is a guest of Hyper-V or WSL2: the bus shows a Microsoft display adapter in place of the graphics cards behind it. nvidia-smi names them where the Windows driver supports it.',
            },
          ],
        }
      : {}),
  }
}

function fromLines(text: string): Device[] {
  const devices: Device[] = []
  for (const line of linesOf(text)) {
    const plain = /^\s*((?:[0-9a-f]{4,8}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])\s+(.*)$/i.exec(line)
    if (!plain) {
      if (/^\s/.test(line)) devices.at(-1)?.details.push(line)
      continue
    }
    const address = readPciAddress(plain[1]) ?? ''
    const rest = plain[2] ?? ''
    const quoted = [...rest.matchAll(/"([^"]*)"/g)].map((match) => match[1] ?? '')
    if (rest.startsWith('"')) {
      devices.push({
        address,
        class: quoted[0] ?? '',
        vendor: quoted[1] ?? '',
        device: quoted[2] ?? '',
        details: [],
        line,
      })
      continue
    }
    const named = /^(.*?)(?: \[([0-9a-f]{4})\])?: (.*)$/i.exec(rest)
    devices.push({
      address,
      class: `${named?.[1] ?? ''} ${named?.[2] ?? ''}`,
      ...makerAndDevice(named?.[3] ?? ''),
      details: [],
      line,
    })
  }
  return devices
}

/** `NVIDIA Corporation GA106 [GeForce RTX 3060] (rev a1)` */
function makerAndDevice(text: string): Pick<Device, 'vendor' | 'device'> {
  const what = text.replace(/ \(rev [0-9a-f]+\)| \(prog-if .*\)/gi, '')
  const maker =
    /^(.*?(?:Corporation|Corp\.|Inc\.(?: \[AMD(?:\/ATI)?\])?|\[AMD\/ATI\]|Ltd\.?|[0-9a-f]{4}(?=:)))[\s:]+(.*)$/i.exec(
      what,
    )
  return {
    vendor: `${maker?.[1] ?? what} ${/\[([0-9a-f]{4}):[0-9a-f]{4}\]/i.exec(what)?.[1] ?? ''}`,
    device: maker?.[2] ?? what,
  }
}

/** The tree tells no class: cards are known by their makers, and by what the other devices of these makers are called. */
function fromTree(text: string): Device[] {
  return readPciTree(text).flatMap(({ address, name, line }) => {
    const { vendor, device } = makerAndDevice(name)
    const isCard = makersOfCards.test(vendor) && !besideCards.test(device)
    return isCard ? [{ address, class: 'Display controller', vendor, device, details: [], line }] : []
  })
}

/** AMD's processors and their parts are `[AMD]`, its cards `[AMD/ATI]`. */
const makersOfCards = /NVIDIA|\[AMD\/ATI\]/i
const besideCards =
  /Audio|USB|UCSI|Switch|Bridge|\bPort\b|HDMI|Coprocessor|Memory Controller|SMBus|nForce|MCP\d|Ethernet/i

function fromRecords(text: string): Device[] {
  return text.split(/\r?\n\r?\n/).flatMap((record) => {
    const lines = linesOf(record)
    const field = (name: string) =>
      lines
        .find((line) => line.startsWith(`${name}:`))
        ?.slice(name.length + 1)
        .trim() ?? ''
    const address = readPciAddress(field('Slot'))
    if (address === null) return []
    const line = lines.find((candidate) => candidate.startsWith('Device:')) ?? ''
    return [
      {
        address,
        class: field('Class'),
        vendor: field('Vendor'),
        device: field('Device'),
        details: lines.slice(1),
        line,
      },
    ]
  })
}

function vendorOf(device: Device): Vendor | null {
  if (/NVIDIA|\b10de\b/i.test(device.vendor)) return 'nvidia'
  if (/\bAMD\b|Advanced Micro|\bATI\b|\b1002\b/i.test(device.vendor)) return 'amd'
  if (/Intel|\b8086\b/i.test(device.vendor)) return 'intel'
  return null
}

const vendorIds: Readonly<Record<string, string>> = { nvidia: '10de', amd: '1002', intel: '8086' }

/**
 * The device whose link is the one to the slot. AMD's discrete cards have a switch of their own on board: that link is the switch's
 * upper port's, and the card's own is always wide and fast.
 */
function slotEnd(device: Device, vendor: Vendor, all: readonly Device[]): Device {
  if (vendor !== 'amd') return device
  let end = device
  for (let depth = 0; depth < 2; depth += 1) {
    const [domain, bus] = end.address.split(':')
    const port = all.find(
      (other) =>
        other.address.startsWith(`${domain}:`) &&
        vendorOf(other) === 'amd' &&
        /(Up|Down)stream Port/i.test(`${other.device} ${other.line}`) &&
        detail(other, /\bsecondary=([0-9a-f]{2}),/)?.value === bus,
    )
    if (port === undefined) break
    end = port
  }
  return end
}

function readDevice(device: Device, vendor: Vendor, end: Device, source: Source): GpuReading {
  const id = deviceIdOf(device)
  const pciId = id === null ? null : `${vendorIds[vendor]}:${id}`
  // Ids are in lower case; `[B200]` is a name.
  const plain = device.device
    .replace(/\s*\[[0-9a-f]{4}(?::[0-9a-f]{4})?\]/g, '')
    .replace(/^\S+:[0-9a-f]{4}\b/i, '')
    .trim()
  const named = plain !== '' && !/^(Device )?[0-9a-f]{4}$/i.test(plain)
  const name = named ? plain : pciId === null ? null : nameOfPciId(pciId)
  const driver = detail(device, /^\s*(?:Kernel driver in use:|Driver:)\s*(\S+)/)
  return {
    vendor,
    ...(id === null ? {} : { deviceId: Number.parseInt(id, 16) }),
    facts: {
      name:
        name === null
          ? unknown(`lspci does not know device ${id ?? ''} by name`, cite(source, device.line))
          : known(shortName(name), cite(source, device.line)),
      pciAddress: known(device.address, cite(source, device.line)),
      ...linkFacts(end, source),
      ...problemOf(device, vendor, driver, source),
    },
    ...(named ? { chip: plain } : {}),
  }
}

/** `GA102GL [A10]` is the card A10 with the chip GA102GL. */
function shortName(name: string): string {
  return /\[([^\]]+)\]\s*$/.exec(name)?.[1] ?? name
}

function deviceIdOf(device: Device): string | null {
  const pair = /\[(?:[0-9a-f]{4}:)?([0-9a-f]{4})\](?!.*\[[0-9a-f]{4})/.exec(device.device)
  return (
    (
      pair?.[1] ??
      /^(?:Device )?([0-9a-f]{4})\b$/i.exec(device.device.trim())?.[1] ??
      /^\S+:([0-9a-f]{4})\b/i.exec(device.device)?.[1]
    )?.toLowerCase() ?? null
  )
}

function detail(device: Device, pattern: RegExp): { value: string; line: string } | null {
  for (const line of device.details) {
    const match = pattern.exec(line)
    if (match) return { value: match[1] ?? '', line }
  }
  return null
}

function linkFacts(device: Device, source: Source): GpuReading['facts'] {
  const most = detail(device, /LnkCap:\s*(.*)/)
  const now = detail(device, /LnkSta:\s*(.*)/)
  if (most === null && now === null) {
    const denied = device.details.find((line) => line.includes('<access denied>'))
    if (denied === undefined) return {}
    const reason = 'lspci shows the link only to root'
    const fact: Fact<number> = unknown(reason, cite(source, denied))
    return { linkGeneration: fact, linkGenerationMax: fact, linkWidth: fact, linkWidthMax: fact }
  }
  const speed = (text: { value: string; line: string } | null): Fact<number> => {
    const generation = generationOfSpeed(readNumber(/Speed ([\d.]+)\s*GT\/s/.exec(text?.value ?? '')?.[1]))
    return generation === null
      ? unknown('lspci does not tell it', cite(source, text?.line))
      : known(generation, cite(source, text?.line))
  }
  const width = (text: { value: string; line: string } | null): Fact<number> => {
    const lanes = readCount(/Width x(\d+)/.exec(text?.value ?? '')?.[1])
    // A width of 0 or 63 is a link that is down.
    return lanes === null || lanes === 0 || lanes > 32
      ? unknown('lspci does not tell it', cite(source, text?.line))
      : known(lanes, cite(source, text?.line))
  }
  return {
    linkGeneration: speed(now),
    linkGenerationMax: speed(most),
    linkWidth: width(now),
    linkWidthMax: width(most),
  }
}

/** A card that does not answer reads as ones: revision ff, header type 7f. */
function answersNot(device: Device): string | null {
  const signs = [device.line, ...device.details]
  return signs.find((line) => /\(rev ff\)| -rff\b|^Rev:\s*ff$|Unknown header type 7f/.test(line)) ?? null
}

const own: Readonly<Record<string, RegExp>> = { nvidia: /^nvidia/, amd: /^(amdgpu|radeon)/, intel: /^(i915|xe)$/ }

function problemOf(
  device: Device,
  vendor: Vendor,
  driver: { value: string; line: string } | null,
  source: Source,
): GpuReading['facts'] {
  const silent = answersNot(device)
  if (silent !== null) {
    const text =
      'This card does not answer on the bus (revision ff): it has fallen off it, or is switched off to save power. Look at dmesg for Xid 79.'
    return { problem: known(text, cite(source, silent)) }
  }
  const modules = detail(device, /^\s*Kernel modules:\s*(\S.*)/)
  if (driver === null && modules !== null) {
    return {
      problem: known(
        `No driver holds this card; there are modules for it: ${modules.value}.`,
        cite(source, modules.line),
      ),
    }
  }
  if (driver === null || own[vendor]?.test(driver.value)) return {}
  const text =
    driver.value === 'nouveau'
      ? 'The open driver nouveau holds this card: CUDA needs NVIDIA’s own driver.'
      : driver.value.startsWith('vfio')
        ? 'This card is set aside for a virtual machine (vfio-pci).'
        : `The driver ${driver.value} holds this card.`
  return { problem: known(text, cite(source, driver.line)) }
}
