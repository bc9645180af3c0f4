import { amdTargetOf, isIntegratedTarget } from '../../knowledge/gpus.ts'
import { type Fact, known, unknown } from '../fact.ts'
import { jsonDocuments } from '../json-text.ts'
import { linesOf } from '../lines.ts'
import {
  by,
  generationOfSpeed,
  readNumber,
  readPciAddress,
  readSize,
  saysNothing,
  textFact,
  told,
} from '../read-value.ts'
import { cite, type GpuReading, type LinkReading, type Reading, type Source } from '../reading.ts'

type Field = { readonly value: string; readonly line: string }
/** What is said of each card, and under -1 of the system; names in lower case. */
type Cards = Map<number, Map<string, Field>>

/** Reads `rocm-smi`: its JSON, its lists (`GPU[0] : key: value`), its tables and its topology, of ROCm 4 to 7. */
export function readRocmSmi(text: string, source: Source): Reading {
  const cards = fromJson(text) ?? fromText(text)
  const driver = [...cards.values()].map((fields) => fields.get('driver version')).find(Boolean)
  const numbers = [...cards.keys()].filter((number) => number >= 0).toSorted((a, b) => a - b)
  return {
    gpus: numbers.map((number) => readCard(number, cards.get(number) ?? new Map(), driver, source)),
    links: readLinks(text, source),
  }
}

function fromJson(text: string): Cards | null {
  const documents = jsonDocuments(text).filter((document) => typeof document === 'object' && document !== null)
  const entries = documents.flatMap((document) => Object.entries(document ?? {}))
  const cards: Cards = new Map()
  for (const [name, fields] of entries) {
    const number = name === 'system' ? -1 : Number(/^card(\d+)$/.exec(name)?.[1] ?? Number.NaN)
    if (Number.isNaN(number) || typeof fields !== 'object' || fields === null) continue
    const known = cards.get(number) ?? new Map<string, Field>()
    for (const [key, value] of Object.entries(fields)) {
      const field = { value: String(value), line: `${name} ${key}: ${String(value)}` }
      if (!known.has(key.toLowerCase())) known.set(key.toLowerCase(), field)
    }
    cards.set(number, known)
  }
  return cards.size > 0 ? cards : null
}

function fromText(text: string): Cards {
  const cards: Cards = new Map()
  const put = (number: number, key: string, field: Field) => {
    const fields = cards.get(number) ?? new Map<string, Field>()
    if (!fields.has(key)) fields.set(key, field)
    cards.set(number, fields)
  }
  let concise: number | null = null
  for (const line of linesOf(text)) {
    // A line that begins with ERROR or WARNING tells what failed, not what is.
    const listed = /^GPU\[(\d+)\]\s*:\s*(.+?):\s+(\S.*?)\s*$/.exec(line)
    const version = /^Driver version:\s*(\S+)/.exec(line)
    // `0  1  0x73df, 61797  65.0°C`, `0  [0x74a1 : 0x00]  41.0°C`, `0  39.0c  39.0W`
    const row =
      /^(\d+)\s+(?:\d+\s+)?(?:\[?(0x[0-9a-f]{3,4})\b[^\]\s]*(?:\s*:\s*0x[0-9a-f]+\])?(?:\s*\d+)?\s+)?(-?[\d.]+)\s*°?C\s+([\d.]+)\s*W/i.exec(
        line,
      )
    const hardware = /^(\d+)\s+(?:0x)?([0-9a-f]{4})\s.*\s([0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])\s*$/i.exec(line)
    if (listed) put(Number(listed[1]), (listed[2] ?? '').toLowerCase(), { value: listed[3] ?? '', line })
    else if (version) put(-1, 'driver version', { value: version[1] ?? '', line })
    else if (hardware) {
      put(Number(hardware[1]), 'device id', { value: `0x${hardware[2]}`, line })
      put(Number(hardware[1]), 'pci bus', { value: hardware[3] ?? '', line })
    } else if (row) {
      concise = Number(row[1])
      if (row[2]) put(concise, 'device id', { value: row[2], line })
      put(concise, 'temperature (sensor edge) (c)', { value: row[3] ?? '', line })
      put(concise, 'average graphics package power (w)', { value: row[4] ?? '', line })
      const use = /(\d+)%\s*$/.exec(line)
      if (use) put(concise, 'gpu use (%)', { value: use[1] ?? '', line })
    } else if (concise !== null) {
      // The name has a row of its own; it is cut off at 20 characters.
      const name = /^\s+(\S.*?)\s*$/.exec(line)?.[1]
      if (name !== undefined && /[A-Z]/.test(name) && !line.includes('='))
        put(concise, 'card series', { value: name, line })
      concise = null
    }
  }
  return cards
}

function readCard(
  number: number,
  fields: ReadonlyMap<string, Field>,
  driver: Field | undefined,
  source: Source,
): GpuReading {
  const find = (...names: string[]) =>
    names.map((name) => fields.get(name)).find((field) => field !== undefined && !saysNothing(field.value))
  const deviceId = deviceIdOf(find('device id', 'gpu id'), find('card model'))
  const target = deviceId === null ? null : amdTargetOf(deviceId)
  const gfx = find('gfx version')
  const arch = gfx?.value ?? target?.arch ?? null
  const integrated = target?.integrated ?? (arch !== null && isIntegratedTarget(arch))
  const name = [find('device name'), find('card series'), find('card model')].find(
    (field) => field && !/^-?0x/.test(field.value),
  )
  const bus = find('pci bus')
  const unique = find('unique id')
  const clock = find('pcie clock level')
  const idLine = gfx ?? find('device id', 'gpu id')
  const use = find('gpu use (%)')
  const temperature = find('temperature (sensor edge) (c)', 'temperature (sensor junction) (c)')
  const power = find('average graphics package power (w)', 'current socket graphics package power (w)')
  const node = find('(topology) numa node')
  const number_ = (field: Field | undefined): Fact<number> | undefined => {
    const value = readNumber(field?.value)
    return field && value !== null ? known(value, cite(source, field.line)) : undefined
  }
  return {
    vendor: 'amd',
    toolIndex: number,
    ...(deviceId === null ? {} : { deviceId }),
    facts: present({
      name: name && textFact(source, name.line, name.value),
      pciAddress: bus && addressFact(bus, source),
      uuid: unique && uuidFact(unique, source),
      arch:
        arch === null || idLine === undefined
          ? undefined
          : by(known(arch, cite(source, idLine.line)), gfx ? 'rocm-smi GFX version' : 'the table of PCI device ids'),
      driver: driver && textFact(source, driver.line, driver.value),
      ...memoryFacts(fields, integrated, source),
      linkWidth: number_(clock && { ...clock, value: /x(\d+)/.exec(clock.value)?.[1] ?? '' }),
      linkGeneration: clock && generationFact(clock, source),
      utilizationPercent: number_(use),
      temperatureCelsius: number_(temperature),
      powerWatts: number_(power),
      numaNode: number_(node),
      unifiedMemory: integrated && idLine ? known(true, cite(source, idLine.line)) : undefined,
    }),
  }
}

function present<T extends object>(facts: { [K in keyof T]: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== undefined)) as Partial<T>
}

/** Old releases call the subsystem `Card model`, new ones the device: it counts only where the table knows it. */
function deviceIdOf(id: Field | undefined, model: Field | undefined): number | null {
  const hex = (field: Field | undefined) =>
    field && /^0x[0-9a-f]{1,4}$/i.test(field.value) ? Number.parseInt(field.value, 16) : null
  const value = hex(id)
  if (value !== null) return value
  const guess = hex(model)
  return guess !== null && amdTargetOf(guess) !== null ? guess : null
}

function addressFact(bus: Field, source: Source): Fact<string> {
  const address = readPciAddress(bus.value)
  return address === null
    ? unknown('rocm-smi prints no PCI address', cite(source, bus.line))
    : known(address, cite(source, bus.line))
}

/** ROCm's UUID is the unique id as 16 hexadecimal digits. */
function uuidFact(unique: Field, source: Source): Fact<string> | undefined {
  const digits = /^0x([0-9a-f]{1,16})$/i.exec(unique.value)?.[1]
  return digits === undefined
    ? undefined
    : known(`GPU-${digits.toLowerCase().padStart(16, '0')}`, cite(source, unique.line))
}

function generationFact(clock: Field, source: Source): Fact<number> | undefined {
  const generation = generationOfSpeed(readNumber(/([\d.]+)\s*GT\/s/.exec(clock.value)?.[1]))
  return generation === null ? undefined : known(generation, cite(source, clock.line))
}

/**
 * VRAM as the driver counts it; the visible part is a window on it. A GPU inside the CPU has a carve-out of some size and takes
 * the rest from the RAM through the GTT: since Linux 6.10 the larger of the two is what ROCm allocates from (amdgpu:
 * AMDGPU_VRAM_MGR, apu_prefer_gtt).
 */
function memoryFacts(fields: ReadonlyMap<string, Field>, integrated: boolean, source: Source): GpuReading['facts'] {
  const size = (kind: string, part: string) => {
    const field = fields.get(`${kind} total ${part}memory (b)`)
    const bytes = readSize(told(field?.value))
    return field && bytes !== null ? { bytes, line: field.line } : null
  }
  const vram = size('vram', '')
  const gtt = size('gtt', '')
  const kind = integrated && gtt !== null && gtt.bytes > (vram?.bytes ?? 0) ? 'gtt' : 'vram'
  const total = kind === 'gtt' ? gtt : vram
  const used = size(kind, 'used ')
  if (total === null) return {}
  const method = kind === 'gtt' ? 'GTT: the RAM that the GPU may use; the carve-out is smaller' : 'rocm-smi VRAM total'
  return {
    memoryTotalBytes: by(known(total.bytes, cite(source, total.line)), method),
    ...(used === null
      ? {}
      : {
          memoryUsedBytes: known(used.bytes, cite(source, used.line)),
          memoryFreeBytes: by(known(Math.max(0, total.bytes - used.bytes), cite(source, used.line)), 'total less used'),
        }),
  }
}

/** The table of link types of `rocm-smi --showtopo`. */
function readLinks(text: string, source: Source): LinkReading[] {
  const start = text.search(/Link Type between/i)
  if (start < 0) return []
  const lines = linesOf(text.slice(start)).slice(1)
  const columns = lines[0]?.match(/GPU\d+/g)?.map((name) => Number(name.slice(3))) ?? []
  const links: LinkReading[] = []
  for (const line of lines.slice(1)) {
    const match = /^GPU(\d+)\s+(.*)$/.exec(line)
    if (!match) break
    const a = Number(match[1])
    for (const [position, word] of (match[2] ?? '').trim().split(/\s+/).entries()) {
      const b = columns[position]
      if (b !== undefined && b > a && /^(XGMI|PCIE)$/i.test(word)) {
        links.push({ vendor: 'amd', a, b, kind: known(word.toLowerCase(), cite(source, line)) })
      }
    }
  }
  return links
}
