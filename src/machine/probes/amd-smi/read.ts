import { MiB } from '../../../core/bytes.ts'
import { amdTargetOf, isIntegratedTarget } from '../../../knowledge/gpus.ts'
import { type Fact, known } from '../../fact.ts'
import { jsonDocuments } from '../../json-text.ts'
import { linesOf } from '../../lines.ts'
import {
  by,
  generationOfSpeed,
  readCount,
  readNumber,
  readPciAddress,
  readSize,
  saysNothing,
} from '../../read-value.ts'
import { cite, type GpuReading, type LinkReading, type Reading, type Source } from '../../reading.ts'
import { cardsFromCsv } from './csv.ts'
import { cardsFromTable } from './table.ts'
import { readAmdTopology } from './topology.ts'
import type { Tree } from './tree.ts'

/**
 * Reads `amd-smi list|static|metric|topology|monitor` and its overview, as JSON (a list, or `{gpu_data: [...]}` since ROCm 7), CSV
 * or text. The names have changed with the releases; each fact is looked for under all of them.
 */
export function readAmdSmi(text: string, source: Source): Reading {
  const found = fromJson(text) ?? [...fromText(text), ...cardsFromCsv(text), ...cardsFromTable(text)]
  // Programs that keep the output leave out the number: then cards count in their order.
  const cards = found.filter((card) => typeof card.gpu === 'string' || typeof card.asic === 'object')
  const topology = readAmdTopology(text, source)
  return {
    gpus: [...cards.map((card, position) => readCard(card, position, source)), ...topology.gpus],
    links: [...cards.flatMap((card) => readLinks(card, source)), ...topology.links],
    ...kernel(cards, source),
    ...notInitialized(text, cards.length),
  }
}

function kernel(cards: readonly Tree[], source: Source): Pick<Reading, 'os'> {
  const found = cards.map((card) => leaf(card, ['driver/os_kernel_version'])).find((field) => field !== null)
  return found ? { os: { kernel: known(found.value, cite(source, found.line)) } } : {}
}

function notInitialized(text: string, found: number): Pick<Reading, 'problems'> {
  const failed =
    /AMDSMI_STATUS_(?:NOT_INIT|DRIVER_NOT_LOADED|NO_DRV)|driver not initialized|amdgpu not found in modules/i
  if (found > 0 || !failed.test(text)) return {}
  return {
    problems: [{ about: 'amdgpu-driver', text: 'The kernel driver amdgpu is not loaded, so amd-smi sees no card.' }],
  }
}

function fromJson(text: string): Tree[] | null {
  const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
  const entries = jsonDocuments(text).flatMap((document) => {
    const list = Array.isArray(document) ? document : isObject(document) ? (document.gpu_data ?? [document]) : []
    return Array.isArray(list) ? list.filter(isObject) : []
  })
  return entries.length > 0 ? entries.map((entry) => treeOf(entry, 0)) : null
}

function treeOf(entry: object, depth: number): Tree {
  const tree: Record<string, Tree | string> = {}
  for (const [key, value] of Object.entries(entry)) {
    const name = key.toLowerCase().replace(/[ -]/g, '_')
    if (typeof value === 'object' && value !== null) {
      // `{value: 32, unit: "GT/s"}`
      if ('value' in value && Object.keys(value).length <= 2)
        tree[name] = `${String(value.value)} ${'unit' in value ? String(value.unit) : ''}`.trim()
      else if (depth < 8) tree[name] = treeOf(value, depth + 1)
    } else {
      tree[name] = String(value)
    }
  }
  return tree
}

function fromText(text: string): Tree[] {
  const cards: Record<string, Tree | string>[] = []
  const open: { indent: number; tree: Record<string, Tree | string> }[] = []
  for (const line of linesOf(text)) {
    const match = /^(\s*)([A-Za-z][\w ]*?):\s*(.*?)\s*$/.exec(line)
    if (!match) continue
    const indent = (match[1] ?? '').length
    const name = (match[2] ?? '').toLowerCase().replace(/ /g, '_')
    const value = match[3] ?? ''
    while (open.length > 0 && (open.at(-1)?.indent ?? 0) >= indent) open.pop()
    if (name === 'gpu' && /^\d+$/.test(value)) {
      const card = { gpu: value }
      cards.push(card)
      open.length = 0
      open.push({ indent, tree: card })
    } else if (name === 'cpu' && indent === 0) {
      open.length = 0
    } else if (value === '') {
      const parent = open.at(-1)
      const section: Record<string, Tree | string> = {}
      if (parent) parent.tree[name] = section
      if (parent && open.length < 16) open.push({ indent, tree: section })
    } else {
      const parent = open.at(-1)?.tree
      if (parent) parent[name] ??= value
    }
  }
  return cards
}

function leaf(tree: Tree, paths: readonly string[]): { value: string; line: string } | null {
  for (const path of paths) {
    let here: Tree | string | undefined = tree
    for (const name of path.split('/')) here = typeof here === 'object' ? here[name] : undefined
    if (typeof here === 'string' && !saysNothing(here)) return { value: here, line: `${path}: ${here}` }
  }
  return null
}

function readCard(card: Tree, position: number, source: Source): GpuReading {
  const fact = <T>(read: (text: string) => T | null, ...paths: string[]): Fact<T> | undefined => {
    const found = leaf(card, paths)
    const value = found && read(found.value)
    return found && value !== null ? known(value, cite(source, found.line)) : undefined
  }
  const text = (value: string) => value
  const id = leaf(card, ['asic/device_id'])
  const uuid = leaf(card, ['uuid'])
  const deviceId = id && /^0x[0-9a-f]+$/i.test(id.value) ? Number.parseInt(id.value, 16) : deviceOfUuid(uuid?.value)
  const target = deviceId === null ? null : amdTargetOf(deviceId)
  const arch =
    fact((value) => /gfx[0-9a-f]+/.exec(value)?.[0] ?? null, 'asic/target_graphics_version', 'asic/gfx_version') ??
    (target && (id ?? uuid)
      ? by(known(target.arch, cite(source, (id ?? uuid)?.line)), 'the table of PCI device ids')
      : undefined)
  const speed = (value: string) => generationOfSpeed(readNumber(value))
  const integrated = target?.integrated === true || (arch?.value ? isIntegratedTarget(arch.value) : false)
  const memory = memoryReader(fact, integrated)
  const facts = {
    name: fact(text, 'asic/market_name', 'board/product_name'),
    pciAddress: fact(readPciAddress, 'bus/bdf', 'bdf', 'bus_info/bdf'),
    uuid: fact(text, 'uuid'),
    arch,
    driver: fact(text, 'driver/version', 'driver/driver_version'),
    runtime: fact(text, 'runtime'),
    memoryTotalBytes: memory('total'),
    memoryUsedBytes: memory('used'),
    memoryFreeBytes: memory('free'),
    linkWidthMax: fact(readCount, 'bus/max_pcie_width', 'bus/max_pcie_lanes'),
    linkGenerationMax: fact(speed, 'bus/max_pcie_speed'),
    linkWidth: fact(readCount, 'pcie/width', 'pcie/current_lanes'),
    linkGeneration: fact(speed, 'pcie/speed', 'pcie/current_speed'),
    utilizationPercent: fact(readNumber, 'usage/gfx_activity', 'usage/gfx_usage'),
    temperatureCelsius: fact(readNumber, 'temperature/edge', 'temperature/hotspot'),
    powerWatts: fact(readNumber, 'power/socket_power', 'power/current_socket_power'),
    numaNode: fact(readCount, 'numa/node'),
    unifiedMemory: integrated ? known(true, cite(source, (id ?? uuid)?.line)) : undefined,
  }
  return {
    vendor: 'amd',
    toolIndex: readCount(leaf(card, ['gpu'])?.value) ?? position,
    ...(deviceId === null ? {} : { deviceId }),
    facts: Object.fromEntries(Object.entries(facts).filter(([, entry]) => entry !== undefined)) as GpuReading['facts'],
  }
}

type FactReader = <T>(read: (text: string) => T | null, ...paths: string[]) => Fact<T> | undefined

/**
 * VRAM; of a GPU inside the CPU the larger of its carve-out and what it may take from the RAM (GTT), as ROCm allocates since Linux
 * 6.10.
 */
function memoryReader(fact: FactReader, integrated: boolean) {
  const size = (...paths: string[]) => fact((value) => readSize(value), ...paths)
  const vram =
    size('mem_usage/total_vram', 'vram/size', 'vram/vram_size') ??
    fact((value) => readSize(value, MiB), 'vram/size_mb', 'vram/vram_size_mb')
  const gtt = size('mem_usage/total_gtt')
  const kind = integrated && (gtt?.value ?? 0) > (vram?.value ?? 0) ? 'gtt' : 'vram'
  const method = (part: string) =>
    kind === 'gtt'
      ? `amd-smi ${part} GTT: the RAM that the GPU may use; the carve-out is smaller`
      : integrated
        ? `amd-smi ${part} VRAM: the carve-out; what the GPU may take from the RAM beside it is not told`
        : `amd-smi ${part} VRAM`
  return (part: 'total' | 'used' | 'free') => {
    const found = part === 'total' ? (kind === 'gtt' ? gtt : vram) : size(`mem_usage/${part}_${kind}`)
    return found && by(found, method(part))
  }
}

/** amd-smi makes its UUID from the partition, `ff`, and the PCI device id: `b0ff74a1-...` is a card 74a1. */
function deviceOfUuid(uuid: string | undefined): number | null {
  const id = /^[0-9a-f]{2}ff([0-9a-f]{4})-[0-9a-f]{4}-1000-/i.exec(uuid ?? '')?.[1]
  return id === undefined || id === '0000' ? null : Number.parseInt(id, 16)
}

function readLinks(card: Tree, source: Source): LinkReading[] {
  const links = card.links
  const a = readCount(leaf(card, ['gpu'])?.value)
  if (typeof links !== 'object' || a === null) return []
  return Object.values(links).flatMap((link) => {
    if (typeof link !== 'object') return []
    const b = readCount(leaf(link, ['gpu'])?.value)
    const type = leaf(link, ['link_type'])
    if (b === null || b <= a || type === null || !/^(XGMI|PCIE)$/i.test(type.value)) return []
    return [{ vendor: 'amd' as const, a, b, kind: known(type.value.toLowerCase(), cite(source, type.line)) }]
  })
}
