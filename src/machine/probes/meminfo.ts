import { KiB } from '../../core/bytes.ts'
import { linesOf } from '../lines.ts'
import { readSize } from '../read-value.ts'
import { factFrom, type Reading, type Source } from '../reading.ts'

/** Reads /proc/meminfo. The kernel's kB are 1024 bytes. */
export function readMeminfo(text: string, source: Source): Reading {
  const lines = linesOf(text)
  const find = (name: string) => lines.find((line) => line.startsWith(`${name}:`))
  // A figure without its unit was cut off.
  const bytes = (name: string) => readSize(find(name)?.split(':')[1], Number.NaN)
  const fact = (name: string) => factFrom(source, find(name), bytes(name))
  if (find('MemTotal') === undefined) return {}
  const swapTotal = bytes('SwapTotal')
  const swapFree = bytes('SwapFree')
  const pages = Number(find('HugePages_Total')?.split(':')[1] ?? Number.NaN)
  const pageSize = bytes('Hugepagesize')
  return {
    memory: {
      totalBytes: fact('MemTotal'),
      // Kernels before 3.14 have no MemAvailable, and MemFree is something else.
      availableBytes: fact('MemAvailable'),
      hugePagesTotalBytes: factFrom(
        source,
        find('HugePages_Total'),
        Number.isSafeInteger(pages) && pageSize !== null ? pages * pageSize : null,
      ),
    },
    swap: {
      totalBytes: fact('SwapTotal'),
      usedBytes: factFrom(
        source,
        find('SwapFree'),
        swapTotal !== null && swapFree !== null ? Math.max(0, swapTotal - swapFree) : null,
      ),
    },
  }
}

/** Reads /proc/swaps. */
export function readSwaps(text: string, source: Source): Reading {
  const lines = linesOf(text)
  if (!lines[0]?.startsWith('Filename')) return {}
  const areas = lines.slice(1).flatMap((line) => {
    const match = /^(\S+)\s+(\S+)\s+(\d+)\s+(\d+)/.exec(line)
    if (!match) return []
    const path = unescapeOctal(match[1] ?? '')
    const kind = path.includes('/zram')
      ? ('zram' as const)
      : match[2] === 'file' || match[2] === 'partition'
        ? match[2]
        : 'other'
    return [{ path, kind, bytes: Number(match[3]) * KiB, usedBytes: Number(match[4]) * KiB }]
  })
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)
  return {
    swap: {
      totalBytes: factFrom(source, lines[1], sum(areas.map((area) => area.bytes))),
      usedBytes: factFrom(source, lines[1], sum(areas.map((area) => area.usedBytes))),
      areas: factFrom(
        source,
        lines[1],
        areas as { path: string; kind: 'file' | 'partition' | 'zram' | 'other'; bytes: number; usedBytes: number }[],
      ),
    },
  }
}

/** The kernel writes blanks in paths as `\040`. */
export function unescapeOctal(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}
