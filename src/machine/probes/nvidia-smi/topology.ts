import { stripVTControlCharacters } from 'node:util'
import { known } from '../../fact.ts'
import { linesOf } from '../../lines.ts'
import { cite, type GpuReading, type LinkReading, type Reading, type Source } from '../../reading.ts'

/**
 * Reads the matrix of `nvidia-smi topo -m`: the kind of the link between each two cards, and the NUMA node of each. Columns are
 * divided by tabs, or by blanks where the text was pasted; the heading is underlined with escape sequences.
 */
export function readNvidiaTopology(text: string, source: Source): Reading {
  // Pasted text often has lost the escape character and kept the rest of the sequence.
  const lines = linesOf(stripVTControlCharacters(text).replace(/\[\d{1,2}m/g, ''))
  const start = lines.findIndex(
    (line) => /^\s*GPU\d+(\s|$)/.test(line) && /GPU\d+|Affinity/.test(line) && !/\bX\b/.test(line),
  )
  const heading = lines[start] ?? headingOf(lines)
  if (heading === null) return {}
  const tabs = heading.includes('\t')
  const columns = heading
    .trim()
    .split(tabs ? /\t+/ : /\s{2,}|\s(?=GPU\d|NIC\d|mlx)/)
    .map((column) => column.trim())
  const links: LinkReading[] = []
  const gpus: GpuReading[] = []
  for (const line of lines.slice(start + 1)) {
    const match = /^\s*GPU(\d+)\s(.*)$/.exec(line)
    if (!match) continue
    const a = Number(match[1])
    const cells = (match[2] ?? '').trim().split(/\s+/)
    const cards = columns.filter((column) => /^GPU\d+$/.test(column))
    for (const [position, column] of columns.entries()) {
      const b = Number(/^GPU(\d+)$/.exec(column)?.[1] ?? Number.NaN)
      const kind = linkKind(cells[position])
      if (b > a && kind !== null) links.push({ vendor: 'nvidia', a, b, kind: known(kind, cite(source, line)) })
    }
    const numaNode = numaOf(columns, cells)
    if (cards.includes(`GPU${a}`)) {
      gpus.push({
        vendor: 'nvidia',
        toolIndex: a,
        facts: numaNode === null ? {} : { numaNode: known(numaNode, cite(source, line)) },
      })
    }
  }
  return { gpus, links }
}

/** The heading of rows that were cut out without it: a card stands in its own column as X. Null where they are no such rows. */
function headingOf(lines: readonly string[]): string | null {
  const rows = lines.filter((line) => /^\s*GPU\d+\s.*\sX\s/.test(line)).map((line) => line.trim().split(/\s+/))
  const isMatrix = rows.length > 1 && rows.every((cells, row) => cells[0] === `GPU${row}` && cells[row + 1] === 'X')
  return isMatrix ? rows.map(([name]) => name).join('  ') : null
}

/** `NV12` and its kin are nvlink; SOC is the name of SYS before 2018. */
function linkKind(word: string | undefined): string | null {
  if (word === undefined) return null
  if (/^NV\d+$/.test(word)) return 'nvlink'
  if (word === 'SOC') return 'sys'
  return /^(PIX|PXB|PHB|NODE|SYS)$/.test(word) ? word.toLowerCase() : null
}

// The columns before the affinities have no blanks in them, so the cell of `NUMA Affinity` stands where its heading does.
function numaOf(columns: readonly string[], cells: readonly string[]): number | null {
  const cell = cells[columns.indexOf('NUMA Affinity')]
  return cell !== undefined && /^\d+$/.test(cell) ? Number(cell) : null
}
