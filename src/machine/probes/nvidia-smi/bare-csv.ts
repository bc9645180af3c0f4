import { MiB } from '../../../core/bytes.ts'
import { known } from '../../fact.ts'
import { linesOf } from '../../lines.ts'
import { by, readPciAddress, readSize } from '../../read-value.ts'
import { cite, type GpuReading, type Reading, type Source } from '../../reading.ts'
import { readRows } from './csv.ts'

const asked = /--query-(?:gpu|compute-apps)[= ]"?([a-z][\w.]*(?:\s?,\s?[a-z][\w.]*)*)/i

/**
 * Reads CSV that was printed without its headings (`--format=csv,noheader`). Where the command stands above it, that names the
 * columns. Without it only what can be nothing else is read: names, UUIDs, addresses, and the largest size with a unit, which is
 * the total wherever the total was asked for; whether it was stays in the method.
 */
export function readBareCsv(text: string, source: Source): Reading {
  const lines = linesOf(text).filter((line) => line.trim() !== '')
  const start = lines.findIndex((line) => asked.test(line))
  if (start >= 0) {
    const columns = (asked.exec(lines[start] ?? '')?.[1] ?? '').split(',').map((column) => column.trim().toLowerCase())
    const rows = lines.slice(start + 1).filter((line) => line.split(',').length === columns.length)
    return { gpus: readRows(columns, rows, source) }
  }
  const rows = lines.map((line) => ({ line, cells: line.split(',').map((cell) => cell.trim()) }))
  return { gpus: rows.flatMap(({ line, cells }) => cardOf(line, cells, source)) }
}

const brand = /^(NVIDIA|GeForce|GTX|Tesla|Quadro|TITAN|GRID|RTX)\b[\w .()/-]*$/

function cardOf(line: string, cells: readonly string[], source: Source): GpuReading[] {
  const name = cells.find((cell) => brand.test(cell))
  if (name === undefined || cells.length < 2) return []
  const evidence = cite(source, line)
  const uuid = cells.find((cell) => /^GPU-[0-9a-f-]{36}$/i.test(cell))
  const address = cells.map((cell) => readPciAddress(cell)).find((cell) => cell !== null)
  const sizes = cells.flatMap((cell) => (/^\d+ MiB$/.test(cell) ? [readSize(cell) ?? 0] : []))
  const largest = Math.max(0, ...sizes)
  const [first = ''] = cells
  return [
    {
      vendor: 'nvidia',
      ...(/^\d{1,3}$/.test(first) ? { toolIndex: Number(first) } : {}),
      facts: {
        name: known(name, evidence),
        ...(uuid === undefined ? {} : { uuid: known(uuid, evidence) }),
        ...(address === undefined ? {} : { pciAddress: known(address, evidence) }),
        ...(largest < 1024 * MiB
          ? {}
          : { memoryTotalBytes: by(known(largest, evidence), 'the largest size in a row without headings') }),
      },
    },
  ]
}
