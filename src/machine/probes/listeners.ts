import { linesOf } from '../lines.ts'
import type { Machine } from '../schema.ts'

type Listener = NonNullable<Machine['listeners']['value']>[number]

/** Reads `ss -Hltnp`: address, port and, for one's own processes, the program. */
export function readSs(text: string): Listener[] {
  return linesOf(text).flatMap((line) => {
    const local = line.trim().split(/\s+/)[3]
    const match = /^(.*):(\d+)$/.exec(local ?? '')
    const port = Number(match?.[2] ?? Number.NaN)
    if (!match || !line.startsWith('LISTEN') || port > 65_535) return []
    return [
      {
        port,
        address: (match[1] ?? '').replace(/^\[|\]$/g, ''),
        process: /users:\(\("([^"]*)"/.exec(line)?.[1] ?? null,
      },
    ]
  })
}

/** Reads /proc/net/tcp and tcp6: sockets that listen (state 0A). Addresses are in the byte order of the CPU. */
export function readProcNetTcp(text: string): Listener[] {
  return linesOf(text).flatMap((line) => {
    const match = /^\s*\d+:\s+([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})\s+\S+\s+0A\s/.exec(line)
    if (!match) return []
    return [{ port: Number.parseInt(match[2] ?? '', 16), address: addressOf(match[1] ?? ''), process: null }]
  })
}

function addressOf(hex: string): string {
  if (hex.length === 8) {
    const bytes = [6, 4, 2, 0].map((start) => Number.parseInt(hex.slice(start, start + 2), 16))
    return bytes.join('.')
  }
  if (/^0+$/.test(hex)) return '::'
  return hex === '00000000000000000000000001000000' ? '::1' : hex.toLowerCase()
}
