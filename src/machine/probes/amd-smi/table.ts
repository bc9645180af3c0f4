import { linesOf } from '../../lines.ts'
import type { Tree } from './tree.ts'

const upper = /^\|\s*([0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])\s+(\S.*?)\s*\|\s*(.*?)\s*\|$/i
const lower = /^\|\s*(\d+)\s+\S+\s+\S+\s+\S+\s*\|\s*(.*?)\s*\|$/
/** `0  0  131 W  750 W  40 °C ... 0.3/192.0 GB`, or `283 MB  196300 MB` at the end of older ones. */
const monitored = /^\s*(\d+)\s+.*?([\d.]+)(?:\s*[MG]B\s+|\/\s*)([\d.]+)\s*([MG]B)\b/

/** Reads the overview that `amd-smi` prints by itself since ROCm 7: two rows a card; and the table of `amd-smi monitor`. */
export function cardsFromTable(text: string): Tree[] {
  const versions = /amdgpu version:\s*(\S+)\s+ROCm version:\s*(\S+)/.exec(text)
  const cards = new Map<string, Tree>()
  let open: { bdf: string; name: string; rest: string } | null = null
  let isMonitor = false
  for (const line of linesOf(text)) {
    const first = upper.exec(line)
    const second = open === null ? null : lower.exec(line)
    if (/^GPU\s.*\bVRAM_(USED|USAGE|TOTAL)\b/.test(line)) isMonitor = true
    else if (first) open = { bdf: first[1] ?? '', name: first[2] ?? '', rest: first[3] ?? '' }
    else if (open && second) {
      cards.set(second[1] ?? '', {
        gpu: second[1] ?? '',
        bdf: open.bdf,
        asic: { market_name: open.name },
        ...(versions ? { driver: { version: versions[1] ?? '' }, runtime: versions[2] ?? '' } : {}),
        ...temperature(open.rest),
        ...memory(second[2] ?? ''),
      })
      open = null
    } else if (isMonitor) {
      const row = monitored.exec(line)
      // Partitions of a card have rows of their own.
      if (row && !cards.has(row[1] ?? '')) {
        const unit = row[4] ?? 'MB'
        cards.set(row[1] ?? '', {
          gpu: row[1] ?? '',
          mem_usage: unit === 'GB' ? {} : { used_vram: `${row[2]} ${unit}`, total_vram: `${row[3]} ${unit}` },
        })
      }
    }
  }
  return [...cards.values()]
}

function temperature(text: string): Tree {
  const [, degrees, power] = /([\d.]+)\s*°?C\b(?:.*?([\d.]+)\/\d+ W)?/.exec(text) ?? []
  return {
    ...(degrees === undefined ? {} : { temperature: { edge: degrees } }),
    ...(power === undefined ? {} : { power: { socket_power: power } }),
  }
}

function memory(text: string): Tree {
  const [, use] = /^(\d+)\s*%/.exec(text) ?? []
  const [, used, total, unit] = /(\d+)\/(\d+) ([MG]B)$/.exec(text) ?? []
  return {
    ...(use === undefined ? {} : { usage: { gfx_activity: use } }),
    ...(total === undefined ? {} : { mem_usage: { used_vram: `${used} ${unit}`, total_vram: `${total} ${unit}` } }),
  }
}
