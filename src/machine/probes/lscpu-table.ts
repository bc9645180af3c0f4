import { linesOf } from '../lines.ts'
import { factFrom, type Reading, type Source } from '../reading.ts'

/**
 * Reads the lists of `lscpu -e` (columns under headings) and `lscpu -p` (comma-separated under a comment): a row a CPU. Null where
 * the text is neither. Offline CPUs have no core, and are not counted.
 */
export function readLscpuTable(text: string, source: Source): Reading | null {
  const lines = linesOf(text)
  const start = lines.findIndex((line) => /^(# ?CPU,|CPU\s+[A-Z])/.test(line))
  const heading = lines[start] ?? ''
  const parsable = heading.startsWith('#')
  const split = (line: string) => (parsable ? line.split(',') : line.trim().split(/\s+/)).map((cell) => cell.trim())
  const columns = split(heading.replace(/^# ?/, '').toLowerCase())
  if (start < 0 || !columns.includes('core')) return null
  const rows = lines
    .slice(start + 1)
    .filter((line) => /^\s*\d+[\s,]/.test(line))
    .map((line) => split(line))
    .filter((cells) => /^\d+$/.test(cells[columns.indexOf('core')] ?? ''))
  if (rows.length === 0) return null
  const distinct = (...names: string[]): number | null => {
    const places = names.map((name) => columns.indexOf(name))
    if (places.includes(-1)) return null
    const values = rows.map((cells) => places.map((place) => cells[place] ?? '').join(' '))
    return values.every((value) => /^[\d ]+$/.test(value)) ? new Set(values).size : null
  }
  return {
    cpu: {
      sockets: factFrom(source, heading, distinct('socket')),
      cores: factFrom(source, heading, distinct('socket', 'core') ?? distinct('core')),
      threads: factFrom(source, heading, rows.length),
      numaNodes: factFrom(source, heading, distinct('node')),
    },
  }
}
