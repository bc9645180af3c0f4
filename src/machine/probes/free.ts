import { KiB } from '../../core/bytes.ts'
import { linesOf } from '../lines.ts'
import { readSize } from '../read-value.ts'
import { factFrom, type Reading, type Source } from '../reading.ts'

const row = /^\s*(\p{L}[^:：]*)[:：]\s*((?:[\d.,]+[KMGTPE]?i?B?(?:\s+|$))+)$/iu

/**
 * Reads `free` of any release, unit and language: the first row is the memory, the second the swap, the first figure the total. Old
 * releases have a row for the buffers and no column of what is available.
 */
export function readFree(text: string, source: Source): Reading {
  const lines = linesOf(text)
  const rows = lines.flatMap((line) => {
    const match = row.exec(line)
    return match ? [{ label: match[1] ?? '', cells: (match[2] ?? '').trim().split(/\s+/), line }] : []
  })
  // Each snapshot of `-s` begins with the memory; the first is read. `Low:` and `High:` of `-l` lie between memory and swap.
  const [memory, ...rest] = rows
  const swap = rest.find(({ cells, label }) => cells.length === 3 && !/^(low|high|total)$/i.test(label))
  if (memory === undefined || memory.cells.length < 3) return {}
  const old = lines.some((line) => line.startsWith('-/+'))
  const unit = unitOf(text, source, [...memory.cells, ...(swap?.cells ?? [])])
  const reason = 'free was asked for a unit and does not print which'
  const size = (from: typeof memory | undefined, position: number) => {
    const cell = from?.cells.at(position)
    const bytes =
      cell === undefined || (unit === null && isBare(cell) && cell !== '0') ? null : readSize(cell, unit ?? 1)
    return factFrom(source, from?.line, bytes, cell === undefined ? undefined : reason)
  }
  return {
    memory: {
      totalBytes: size(memory, 0),
      availableBytes:
        old || memory.cells.length < 6
          ? factFrom<number>(source, memory.line, null, 'this release of free does not tell it')
          : size(memory, -1),
    },
    swap: { totalBytes: size(swap, 0), usedBytes: size(swap, 1) },
  }
}

const factors: Readonly<Record<string, number>> = { b: 1, k: KiB, m: KiB ** 2, g: KiB ** 3, t: KiB ** 4 }

/**
 * What bare figures count: the command's option where it stands above them or in the file's name, else what the figures themselves
 * can be. The kernel counts in pages of 4 KiB or more, so KiB are multiples of 4 and bytes multiples of 4096.
 */
function unitOf(text: string, source: Source, cells: readonly string[]): number | null {
  const option = (/\bfree\b[^\n]*?\s-\w*?([bkmgt])\w*\b/.exec(text) ??
    /^free[-_ .]+([bkmgt])(?![a-z])/i.exec(source.name))?.[1]
  if (option !== undefined) return factors[option.toLowerCase()] ?? null
  const figures = cells.filter((cell) => isBare(cell)).map(Number)
  const total = figures[0] ?? 0
  if (figures.length === 0) return 1
  const pages = (page: number) => figures.every((figure) => figure % page === 0)
  if (total >= 2 ** 34 || (total >= 2 ** 28 && pages(4096))) return 1
  if (total >= 2 ** 21 || (total >= 2 ** 16 && pages(4))) return KiB
  // From 4 thousand on it can be MiB alone: as GiB no machine has it, as KiB no system starts with it.
  return total >= 2 ** 12 ? KiB ** 2 : null
}

function isBare(cell: string): boolean {
  return /^\d+$/.test(cell)
}
