import { MiB } from '../../../core/bytes.ts'
import type { Fact } from '../../fact.ts'
import { known } from '../../fact.ts'
import { by, readCount, readNumber, readPciAddress, readSize, textFact, told, valueFact } from '../../read-value.ts'
import { cite, type GpuReading, type Reading, type Source } from '../../reading.ts'
import { cardFailure } from './failure.ts'

/** Reads `nvidia-smi --query-gpu=... --format=csv` and `--query-compute-apps=... --format=csv`; the header says which columns. */
export function readNvidiaCsv(text: string, source: Source): Reading {
  const blocks: { columns: string[]; lines: string[] }[] = []
  let isOpen = false
  // Everything may be asked for at once: such a line is longer than linesOf allows.
  for (const line of text.split(/\r?\n/)) {
    if (isCsvHeader(line)) {
      blocks.push({ columns: line.split(',').map((column) => columnName(column).toLowerCase()), lines: [] })
      isOpen = true
    } else if (line.trim() === '') {
      isOpen = false
    } else if (isOpen) {
      blocks.at(-1)?.lines.push(line)
    }
  }
  return { gpus: blocks.flatMap(({ columns, lines }) => readRows(columns, lines, source)) }
}

/** The cards, or their processes, that rows under known columns tell. */
export function readRows(columns: readonly string[], lines: readonly string[], source: Source): GpuReading[] {
  const rows = lines
    // A row has a cell for each column; names of processes may have commas. Below one column a list of fields is no list of cards.
    .filter((line) =>
      columns.length === 1 ? !isField(line) && !line.includes(',') : line.split(',').length >= columns.length,
    )
    .map((line) => ({ line, cells: cellsOf(line, columns) }))
  return columns.includes('pid') ? processRows(rows, source) : cardRows(rows, source)
}

type Row = { readonly line: string; readonly cells: ReadonlyMap<string, string> }

function isField(line: string): boolean {
  return /^[a-z_]+(\.[a-zA-Z_]+)*$/.test(line.trim())
}

/** True for the first line of nvidia-smi's CSV output. */
export function isCsvHeader(line: string): boolean {
  const columns = line.split(',').map((column) => columnName(column))
  return (
    columns.length > 0 &&
    columns.every((column) => /^[a-z][\w.]*$/i.test(column)) &&
    columns.some((column) =>
      /^(name|gpu_name|uuid|gpu_uuid|gpu_bus_id|index|pci\.bus_id|memory\.\w+|compute_cap|driver_version)$/.test(
        column,
      ),
    )
  )
}

/** `memory.total [MiB]` without its unit. */
function columnName(column: string): string {
  const unit = column.indexOf('[')
  return (unit < 0 ? column : column.slice(0, unit)).trim()
}

function cellsOf(line: string, columns: readonly string[]): Map<string, string> {
  const values = line.split(',').map((value) => value.trim())
  return new Map(
    columns.flatMap((column, index) => (values[index] === undefined ? [] : [[column, values[index]] as const])),
  )
}

function cardRows(rows: readonly Row[], source: Source): GpuReading[] {
  return rows.flatMap(({ line, cells }, position) => {
    const text = (...names: string[]): Fact<string> | undefined => {
      const name = names.find((candidate) => cells.has(candidate))
      return name === undefined ? undefined : textFact(source, `${name}: ${cells.get(name)}`, cells.get(name))
    }
    const read = <T>(reader: (value: string) => T | null, ...names: string[]): Fact<T> | undefined => {
      const name = names.find((candidate) => cells.has(candidate))
      return name === undefined ? undefined : valueFact(source, `${name}: ${cells.get(name)}`, cells.get(name), reader)
    }
    const memory = (name: string) => {
      const fact = read((size) => readSize(size, MiB), name)
      return fact && by(fact, `nvidia-smi ${name}`)
    }
    const mig = text('mig.mode.current')
    const facts = {
      name: text('name', 'gpu_name'),
      uuid: text('uuid', 'gpu_uuid'),
      pciAddress: read(readPciAddress, 'pci.bus_id', 'gpu_bus_id'),
      driver: text('kmd_version', 'driver_version'),
      capability: read((value) => (/^\d+\.\d+$/.test(value) ? value : null), 'compute_cap'),
      memoryTotalBytes: memory('memory.total'),
      memoryUsedBytes: memory('memory.used'),
      memoryFreeBytes: memory('memory.free'),
      linkGeneration: read(readCount, 'pcie.link.gen.current', 'pcie.link.gen.gpucurrent'),
      linkGenerationMax: read(readCount, 'pcie.link.gen.max'),
      linkWidth: read(readCount, 'pcie.link.width.current'),
      linkWidthMax: read(readCount, 'pcie.link.width.max'),
      utilizationPercent: read(readNumber, 'utilization.gpu'),
      temperatureCelsius: read(readNumber, 'temperature.gpu'),
      powerWatts: read(readNumber, 'power.draw', 'power.draw.instant', 'power.draw.average'),
      mig: mig?.value ? { ...mig, value: mig.value.toLowerCase() } : mig,
      ecc: text('ecc.mode.current'),
      computeMode: text('compute_mode'),
      displayAttached: read(
        (value) => /^(yes|enabled)$/i.test(value),
        'display_attached',
        'display_active',
        'display_mode',
      ),
    }
    const failure = cardFailure(
      ['name', 'uuid', 'memory.total', 'memory.used', 'memory.free', 'utilization.gpu', 'pstate'].map((name) =>
        cells.get(name),
      ),
    )
    const problem = failure === null ? undefined : known(failure, cite(source, line))
    const present = Object.entries({ ...facts, problem }).filter(([, fact]) => fact !== undefined)
    // A line that tells nothing (an error message among the rows) is no card.
    if (!present.some(([, fact]) => fact?.value !== null)) return []
    const index = readCount(told(cells.get('index'))) ?? position
    return [{ vendor: 'nvidia', toolIndex: index, facts: Object.fromEntries(present) as GpuReading['facts'] }]
  })
}

function processRows(rows: readonly Row[], source: Source): GpuReading[] {
  const cards = new Map<string, GpuReading>()
  for (const { line, cells } of rows) {
    const pid = readCount(told(cells.get('pid')))
    const address = readPciAddress(told(cells.get('gpu_bus_id')))
    const uuid = told(cells.get('gpu_uuid'))
    const key = address ?? uuid
    if (pid === null || key === null) continue
    const entry = {
      pid,
      name: told(cells.get('process_name') ?? cells.get('name')) ?? 'unknown',
      owner: null,
      memoryBytes: readSize(told(cells.get('used_gpu_memory') ?? cells.get('used_memory')), MiB),
    }
    const before = cards.get(key)?.facts.processes?.value ?? []
    cards.set(key, {
      vendor: 'nvidia',
      facts: {
        ...(address === null ? {} : { pciAddress: known(address, cite(source, line)) }),
        ...(uuid === null ? {} : { uuid: known(uuid, cite(source, line)) }),
        processes: known([...before, entry], cite(source, line)),
      },
    })
  }
  return [...cards.values()]
}
