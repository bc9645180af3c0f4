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
  const cards = fromJson(text) ?? fromCsv(text) ?? fromText(text)
  const driver = [...cards.values()].map((fields) => fields.get('driver version')).find(Boolean)
  const links = readLinks(text, source)
  const linked = links.flatMap(({ a, b }) => [a, b])
  const numbers = [...new Set([...cards.keys(), ...linked])].filter((number) => number >= 0).toSorted((a, b) => a - b)
  return {
    gpus: numbers.map((number) => readCard(number, cards.get(number) ?? new Map(), driver, source)),
    links,
    ...notInitialized(text, numbers.length),
  }
}

function notInitialized(text: string, found: number): Pick<Reading, 'problems'> {
  if (found > 0 || !/driver not initialized|amdgpu not found in modules/i.test(text)) return {}
  return {
    problems: [{ about: 'amdgpu-driver', text: 'The kernel driver amdgpu is not loaded, so rocm-smi sees no card.' }],
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
  let inTable = false
  let named: number | null = null
  for (const line of linesOf(text)) {
    // A line that begins with ERROR or WARNING tells what failed, not what is.
    const listed = /^GPU\[(\d+)\]\s*:\s*(.+?):\s+(\S.*?)\s*$/.exec(line)
    const version = /^Driver version:\s*(\S+)/.exec(line)
    // `0  0x73df  gfx1031 ...  0000:03:00.0`, of --showhw
    const hardware =
      /^(\d+)\s+(?:\d+\s+)?(?:0x)?([0-9a-f]{4})\s.*\s([0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])\b/i.exec(line)
    const row = inTable ? /^(\d+)\s+\S/.exec(line) : null
    if (/^(GPU|Device)\s.*\b(Temp|Perf)\b/.test(line)) inTable = true
    else if (inTable && furtherPartition.test(line)) named = null
    else if (listed) put(Number(listed[1]), (listed[2] ?? '').toLowerCase(), { value: listed[3] ?? '', line })
    else if (version) put(-1, 'driver version', { value: version[1] ?? '', line })
    else if (hardware) {
      put(Number(hardware[1]), 'device id', { value: `0x${hardware[2]}`, line })
      put(Number(hardware[1]), 'pci bus', { value: hardware[3] ?? '', line })
      const target = /\bgfx[0-9a-f]+\b/.exec(line)
      if (target) put(Number(hardware[1]), 'gfx version', { value: target[0], line })
    } else if (row) {
      named = Number(row[1])
      for (const [key, value] of conciseCells(line)) put(named, key, { value, line })
    } else if (named !== null) {
      // The name has a row of its own; it is cut off at 20 characters.
      const name = /^\s+(\S.*?)\s*$/.exec(line)?.[1]
      if (name !== undefined && /[A-Z]/.test(name) && !line.includes('='))
        put(named, 'card series', { value: name, line })
      else inTable = false
      named = null
    }
  }
  return cards
}

/** `NPS1, CPX, 3`: each partition of a card has a row, and the one with the number 0 stands for the card. */
const furtherPartition = /\s(?:NPS\d|N\/A),\s+(?:[A-Z]PX|N\/A),\s+[1-9]\d*\s/

/**
 * A row of the overview, which every release lays out anew: `0  1  0x73df, 61797  65.0°C`, `0  [0x74a1 : 0x00]  41.0°C`,
 * `0  39.0c  39.0W`. What does not answer is N/A.
 */
function conciseCells(line: string): (readonly [string, string])[] {
  const cells: readonly (readonly [string, RegExp])[] = [
    ['device id', /^\d+\s+(?:\d+\s+)?\[?(0x[0-9a-f]{3,4})\b/i],
    ['temperature (sensor edge) (c)', /\s(-?[\d.]+)\s*°?C\b/i],
    ['average graphics package power (w)', /\s([\d.]+)\s*W\b/],
    ['gpu use (%)', /\s(\d+)%\s*$/],
  ]
  // Before a card is counted its row is there, whatever answers.
  return [
    ['row', line.trim()],
    ...cells.flatMap(([key, pattern]) => {
      const value = pattern.exec(line)?.[1]
      return value === undefined ? [] : [[key, value] as const]
    }),
  ]
}

/** `--csv`: each section has its own headings; `cardsystem` is the system. */
function fromCsv(text: string): Cards | null {
  const cards: Cards = new Map()
  let columns: string[] = []
  for (const line of linesOf(text)) {
    const cells = line.split(',').map((cell) => cell.trim())
    const number = cells[0] === 'cardsystem' ? -1 : Number(/^card(\d+)$/.exec(cells[0] ?? '')?.[1] ?? Number.NaN)
    if (cells[0] === 'device' && cells.length > 1) columns = cells
    else if (!Number.isNaN(number) && columns.length > 0) {
      const fields = cards.get(number) ?? new Map<string, Field>()
      for (const [position, column] of columns.entries()) {
        const value = cells[position] ?? ''
        if (position > 0 && value !== '' && !fields.has(column.toLowerCase()))
          fields.set(column.toLowerCase(), { value, line })
      }
      cards.set(number, fields)
    }
  }
  return cards.size > 0 ? cards : null
}

function readCard(
  number: number,
  fields: ReadonlyMap<string, Field>,
  driver: Field | undefined,
  source: Source,
): GpuReading {
  const find = (...names: string[]) =>
    names.map((name) => fields.get(name)).find((field) => field !== undefined && !saysNothing(field.value))
  const deviceId = deviceIdOf(find('device id', 'gpu id'), find('card series'), find('card model'))
  const target = deviceId === null ? null : amdTargetOf(deviceId)
  const gfx = find('gfx version')
  const arch = gfx ? targetName(gfx.value) : (target?.arch ?? null)
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

/** ROCm 6.0 writes the step of a target as a decimal number: its `gfx9010` is gfx90a. */
function targetName(text: string): string | null {
  const target = /^gfx[0-9a-f]{3,4}\b/i.exec(text)?.[0].toLowerCase() ?? null
  return target === 'gfx9010' ? 'gfx90a' : target
}

function present<T extends object>(facts: { [K in keyof T]: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== undefined)) as Partial<T>
}

/**
 * Old releases call the subsystem `Card model`, new ones the device, and a card without a name has its device in `Card series`:
 * these count only where the table knows them.
 */
function deviceIdOf(id: Field | undefined, ...others: (Field | undefined)[]): number | null {
  const hex = (field: Field | undefined) =>
    field && /^0x[0-9a-f]{1,4}$/i.test(field.value) ? Number.parseInt(field.value, 16) : null
  const value = hex(id)
  if (value !== null) return value
  return others.map(hex).find((guess) => guess !== null && amdTargetOf(guess) !== null) ?? null
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
