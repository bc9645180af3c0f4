import { linesOf } from '../../lines.ts'
import type { Tree } from './tree.ts'

/** Where a column belongs in the tree that JSON and text have. `version` and `name` are several things at once and are left out. */
const places: Readonly<Record<string, string>> = {
  gpu_bdf: 'bdf',
  gpu_uuid: 'uuid',
  market_name: 'asic/market_name',
  device_id: 'asic/device_id',
  target_graphics_version: 'asic/target_graphics_version',
  product_name: 'board/product_name',
  max_pcie_width: 'bus/max_pcie_width',
  max_pcie_speed: 'bus/max_pcie_speed',
  driver_version: 'driver/version',
  size: 'vram/size',
  vram_size: 'vram/size',
  total_vram: 'mem_usage/total_vram',
  used_vram: 'mem_usage/used_vram',
  free_vram: 'mem_usage/free_vram',
  total_gtt: 'mem_usage/total_gtt',
  used_gtt: 'mem_usage/used_gtt',
  gfx_activity: 'usage/gfx_activity',
  socket_power: 'power/socket_power',
  edge: 'temperature/edge',
  hotspot: 'temperature/hotspot',
  width: 'pcie/width',
  speed: 'pcie/speed',
}

/** Reads `--csv` of list, static and metric: one card a row. Sizes come without their unit there: they are MB. */
export function cardsFromCsv(text: string): Tree[] {
  const lines = linesOf(text)
  const start = lines.findIndex((line) => /^gpu,\w/i.test(line))
  if (start < 0) return []
  const columns = (lines[start] ?? '').toLowerCase().split(',')
  return lines.slice(start + 1).flatMap((line) => {
    const cells = line.split(',').map((cell) => cell.trim())
    if (!/^\d+$/.test(cells[0] ?? '') || cells.length < 2) return []
    const card: Record<string, Tree | string> = { gpu: cells[0] ?? '' }
    for (const [position, column] of columns.entries()) {
      const [section = '', name] = (places[column] ?? column).split('/')
      const cell = cells[position] ?? ''
      const value = /vram|gtt|\bsize$/.test(column) && /^\d+$/.test(cell) ? `${cell} MB` : cell
      if (column === 'gpu' || value === '') continue
      if (name === undefined) card[section] = value
      else card[section] = { ...asTree(card[section]), [name]: value }
    }
    return [card]
  })
}

function asTree(part: Tree | string | undefined): Tree {
  return typeof part === 'object' ? part : {}
}
