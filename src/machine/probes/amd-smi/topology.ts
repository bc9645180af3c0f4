import { known } from '../../fact.ts'
import { linesOf } from '../../lines.ts'
import { readPciAddress } from '../../read-value.ts'
import { cite, type GpuReading, type LinkReading, type Reading, type Source } from '../../reading.ts'

/** Reads the table of link types that `amd-smi topology` prints as text: cards by their addresses, in the tool's order. */
export function readAmdTopology(text: string, source: Source): Required<Pick<Reading, 'gpus' | 'links'>> {
  const lines = linesOf(text)
  const start = lines.findIndex((line) => /^\s*LINK TYPE TABLE/i.test(line))
  const columns = (lines[start + 1] ?? '').trim().split(/\s+/)
  if (start < 0 || !columns.every((column) => readPciAddress(column) !== null)) return { gpus: [], links: [] }
  const gpus: GpuReading[] = []
  const links: LinkReading[] = []
  for (const line of lines.slice(start + 2)) {
    const [name = '', ...cells] = line.trim().split(/\s+/)
    const a = columns.indexOf(name)
    const address = readPciAddress(name)
    if (a < 0 || address === null) break
    gpus.push({ vendor: 'amd', toolIndex: a, facts: { pciAddress: known(address, cite(source, line)) } })
    for (const [b, cell] of cells.entries()) {
      if (b > a && b < columns.length && /^(XGMI|PCIE)$/i.test(cell))
        links.push({ vendor: 'amd', a, b, kind: known(cell.toLowerCase(), cite(source, line)) })
    }
  }
  return { gpus, links }
}
