import { linesOf } from '../lines.ts'
import { readPciAddress } from '../read-value.ts'

/** A device of the tree: its address, and what it is called, without its class. */
type TreeDevice = { readonly address: string; readonly name: string; readonly line: string }

const token = /\[(?:([0-9a-f]{4,8}):)?([0-9a-f]{2})(?:-[0-9a-f]{2})?\]|(?<=-)([0-9a-f]{2}\.[0-7])(?=\s|$)/gi

/**
 * Reads `lspci -tv`: a device stands below the bus whose brackets are to its left, in its own line or in one above it. Without names
 * (`-t`) the tree tells no device.
 */
export function readPciTree(text: string): TreeDevice[] {
  const devices: TreeDevice[] = []
  let buses: { domain: string; bus: string; column: number }[] = []
  for (const line of linesOf(text)) {
    if (!/^[\s|]*[-+\\]/.test(line)) continue
    for (const [position, match] of [...line.matchAll(token)].entries()) {
      const [whole, domain, bus, slot] = match
      if (position === 0) buses = buses.filter((open) => open.column < match.index)
      const parent = buses.at(-1)
      if (bus !== undefined) {
        buses.push({ domain: domain ?? parent?.domain ?? '0000', bus, column: match.index })
      } else {
        const address = parent && readPciAddress(`${parent.domain}:${parent.bus}:${slot}`)
        const name = line.slice(match.index + whole.length).trim()
        if (address && name !== '') devices.push({ address, name, line })
        break
      }
    }
  }
  return devices
}
