import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { MiB } from '../core/bytes.ts'
import { hasCode } from '../core/problem.ts'

const execute = promisify(execFile)

/** Bytes of a memory; null where they could not be read. */
type MemoryGauge = { readonly usedBytes: number | null; readonly totalBytes: number | null }

/** One look at the machine while an engine starts and runs. */
export type GaugeSample = {
  readonly gpus: readonly (MemoryGauge & { readonly index: number })[]
  readonly ram: MemoryGauge
  readonly swap: MemoryGauge
  /** Of all disks together; null at the first look. */
  readonly diskBytesPerSecond: number | null
}

type GaugeOptions = {
  readonly signal: AbortSignal
  readonly intervalMilliseconds?: number
  /** Where cards and disks are read from: /sys and /proc; another folder in tests. */
  readonly root?: string
}

const toolMilliseconds = 3000
const bytesPerSector = 512

/** Looks at the machine again and again, until aborted. A look that takes long delays the next one. */
export async function* watchGauges({
  signal,
  intervalMilliseconds = 1000,
  root = '/',
}: GaugeOptions): AsyncGenerator<GaugeSample, void, void> {
  let before: { bytes: number; at: number } | null = null
  // A machine has one kind of card; a tool that is not there is not asked again.
  let readGpus = nvidiaGpus
  while (!signal.aborted) {
    const [gpus, memory, bytes] = await Promise.all([readGpus(root, signal), readMemory(), readDisk(root)])
    if (gpus === null) readGpus = amdGpus
    const at = performance.now()
    const diskBytesPerSecond =
      before === null || bytes === null ? null : (Math.max(0, bytes - before.bytes) * 1000) / (at - before.at)
    if (signal.aborted) return
    yield { gpus: gpus ?? (await amdGpus(root)), ...memory, diskBytesPerSecond }
    before = bytes === null ? null : { bytes, at }
    await delay(intervalMilliseconds, undefined, { signal }).catch(() => {})
  }
}

type Gpus = GaugeSample['gpus']

/** Null where there is no nvidia-smi. MiB in its output are binary. */
async function nvidiaGpus(_root: string, signal: AbortSignal): Promise<Gpus | null> {
  const argv = ['--query-gpu=index,memory.used,memory.total', '--format=csv,noheader,nounits']
  try {
    const { stdout } = await execute('nvidia-smi', argv, { timeout: toolMilliseconds, signal })
    return parseNvidia(stdout)
  } catch (error) {
    return hasCode(error, 'ENOENT', 'EACCES') ? null : []
  }
}

/** Reads lines like `0, 6912, 12288`; a figure such as `[N/A]` is unknown. */
export function parseNvidia(text: string): Gpus {
  return text
    .split('\n')
    .map((line) => line.split(',').map((field) => field.trim()))
    .filter((fields) => /^\d+$/.test(fields[0] ?? ''))
    .map(([index, used, total]) => ({
      index: Number(index),
      usedBytes: scaled(used, MiB),
      totalBytes: scaled(total, MiB),
    }))
}

/** The amdgpu driver tells in sysfs, without any tool. */
async function amdGpus(root: string): Promise<Gpus> {
  const folder = join(root, 'sys/class/drm')
  const cards = (await readdir(folder).catch(() => [])).filter((name) => /^card\d+$/.test(name))
  cards.sort((a, b) => Number(a.slice(4)) - Number(b.slice(4)))
  const read = (card: string, name: string) => readFile(join(folder, card, 'device', name), 'utf8').catch(() => null)
  const all = await Promise.all(
    cards.map(async (card) => ({
      used: await read(card, 'mem_info_vram_used'),
      total: await read(card, 'mem_info_vram_total'),
    })),
  )
  return all
    .filter(({ total }) => total !== null)
    .map(({ used, total }, index) => ({
      index,
      usedBytes: scaled(used?.trim(), 1),
      totalBytes: scaled(total?.trim(), 1),
    }))
}

/** Zeros are all that the library tells where it could read nothing. Loaded here, so that the first frame does not wait for it. */
async function readMemory(): Promise<{ ram: MemoryGauge; swap: MemoryGauge }> {
  const { default: systeminformation } = await import('systeminformation')
  const { total, available, swaptotal, swapused } = await systeminformation.mem()
  if (total === 0) return { ram: nothingRead, swap: nothingRead }
  return {
    ram: { usedBytes: total - available, totalBytes: total },
    swap: { usedBytes: swapused, totalBytes: swaptotal },
  }
}

const nothingRead: MemoryGauge = { usedBytes: null, totalBytes: null }

/** Bytes read from all disks since boot; partitions and the layers above (LVM, RAID, loops) would count them twice. */
async function readDisk(root: string): Promise<number | null> {
  const text = await readFile(join(root, 'proc/diskstats'), 'utf8').catch(() => null)
  if (text === null) return null
  const sectors = text.split('\n').map((line) => {
    const [, , name = '', , , read] = line.trim().split(/\s+/)
    return /^(sd[a-z]+|hd[a-z]+|vd[a-z]+|xvd[a-z]+|nvme\d+n\d+|mmcblk\d+)$/.test(name) ? Number(read) : 0
  })
  return sectors.reduce((sum, count) => sum + count, 0) * bytesPerSector
}

function scaled(text: string | undefined, factor: number): number | null {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) * factor : null
}
