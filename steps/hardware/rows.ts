import { cpuVerdictLine, cpuVerdicts } from '#src/advice/cpu-verdicts.ts'
import { isBusy } from '#src/advice/layout/cards.ts'
import { formatGiB } from '#src/core/bytes.ts'
import { printableLine } from '#src/core/printable.ts'
import { correctionsOf } from '#src/machine/corrections.ts'
import type { Gpu, Machine } from '#src/machine/schema.ts'
import { gpuUsers, shortGpuName } from '#src/machine/summary.ts'

/** A line of the hardware screen: a topic on the left, what is known beside it. A dash is what could not be read, `…` what is not read yet. */
type HardwareRow = { topic: string; text: string }

/**
 * The machine in lines: one per GPU, then CPU, memory, disk, system, and what was corrected. Where there are more cards than `room`,
 * those that stand out are shown and the others counted. While parts are still being read, nothing is said of those.
 */
export function hardwareRows(machine: Machine, room = Number.POSITIVE_INFINITY, reading = false): HardwareRow[] {
  const { gpus, cpu, memory, filesystems, os } = machine
  const unread = (topic: string): HardwareRow[] => [{ topic, text: '…' }]
  return [
    ...(reading && gpus.length === 0 ? unread('GPUs') : gpuRows(machine, room)),
    ...(reading && cpu.flags.value === null ? unread('CPU') : cpuRows(machine)),
    ...(reading && memory.totalBytes.value === null ? unread('RAM') : [memoryRow(machine)]),
    ...(reading && filesystems.length === 0 ? unread('Disk') : diskRows(machine)),
    ...(reading && os.id.value === null ? unread('System') : [systemRow(machine)]),
    ...correctedRows(machine),
  ]
}

const dash = '-'

function gpuRows({ gpus }: Machine, room: number): HardwareRow[] {
  if (gpus.length === 0) return [{ topic: 'GPUs', text: 'none found' }]
  const shown = new Set(gpus.length <= room ? gpus : byInterest(gpus).slice(0, room - 1))
  const groups = Map.groupBy(gpus, (gpu) => `${gpu.name.value} ${gpu.memoryTotalBytes.value} ${gpu.driver.value}`)
  const rows = [...groups.values()].flatMap((alike) => [
    groupText(alike),
    ...alike.filter((gpu) => shown.has(gpu)).map((gpu) => cardText(gpu)),
  ])
  const rest = gpus.filter((gpu) => !shown.has(gpu))
  const busy = rest.filter(isBusy).length
  const use = busy === 0 ? 'idle' : busy === rest.length ? 'in use' : `${busy} of them in use`
  const more = rest.length > 0 ? [`  ${rest.length} more, ${use} (e lists them)`] : []
  return [...rows, ...more].map((text, index) => ({ topic: index === 0 ? 'GPUs' : '', text: printableLine(text) }))
}

function groupText(alike: readonly Gpu[]): string {
  const [one] = alike
  if (!one) return ''
  const memory =
    one.memoryTotalBytes.value === null && one.unifiedMemory.value === true
      ? 'memory shared with the CPU'
      : formatGiB(one.memoryTotalBytes.value)
  const head = [
    `${alike.length} × ${shortGpuName(one)}`,
    memory,
    one.capability.value ? `cap ${one.capability.value}` : (one.arch.value ?? ''),
    one.driver.value ? `driver ${one.driver.value}` : 'no driver',
  ]
  return head.filter(Boolean).join('   ')
}

/** What stands out comes first: broken cards, then the few in use among idle ones or the few idle ones among those in use. */
function byInterest(gpus: readonly Gpu[]): Gpu[] {
  const fewAreBusy = gpus.filter(isBusy).length * 2 <= gpus.length
  const rank = (gpu: Gpu) => (gpu.problem.value !== null ? 0 : isBusy(gpu) === fewAreBusy ? 1 : 2)
  return gpus.toSorted((a, b) => rank(a) - rank(b) || a.index - b.index)
}

/** `#0  01:00.0   11.6 GiB free   83 % busy   python3 of anna   PCIe ×1 of ×16` */
function cardText(gpu: Gpu): string {
  const width =
    gpu.linkWidth.value === null
      ? ''
      : `PCIe ×${gpu.linkWidth.value}${gpu.linkWidthMax.value ? ` of ×${gpu.linkWidthMax.value}` : ''}`
  const busy = gpu.utilizationPercent.value ? `${gpu.utilizationPercent.value} % busy` : ''
  const parts = [
    `#${gpu.index}  ${gpu.pciAddress.value?.replace(/^0000:/, '') ?? dash}`,
    freeOf(gpu) === null && gpu.unifiedMemory.value === true ? '' : `${formatGiB(freeOf(gpu))} free`,
    busy,
    gpuUsers(gpu),
    width,
    gpu.mig.value === 'enabled' ? 'MIG' : '',
    gpu.displayAttached?.value === true ? 'display' : '',
    gpu.problem.value ?? '',
  ]
  return `  ${parts.filter(Boolean).join('   ')}`
}

function freeOf({ memoryFreeBytes, memoryTotalBytes, memoryUsedBytes }: Gpu): number | null {
  if (memoryFreeBytes.value !== null) return memoryFreeBytes.value
  if (memoryTotalBytes.value === null || memoryUsedBytes.value === null) return null
  return memoryTotalBytes.value - memoryUsedBytes.value
}

function cpuRows(machine: Machine): HardwareRow[] {
  const { cpu } = machine
  const flags = cpu.flags.value
  const vector =
    flags === null
      ? ''
      : flags.includes('avx512f')
        ? 'AVX-512'
        : flags.includes('avx2')
          ? 'AVX2'
          : flags.includes('avx')
            ? 'AVX, no AVX2'
            : cpu.architecture.value === 'x86_64'
              ? 'no AVX'
              : ''
  const cores = cpu.cores.value === null ? '' : `${cpu.cores.value} ${cpu.cores.value === 1 ? 'core' : 'cores'}`
  const text = [shortCpuName(cpu.model.value ?? cpu.vendor.value ?? dash), cores, vector].filter(Boolean).join('   ')
  return [
    { topic: 'CPU', text: printableLine(text) },
    { topic: '', text: printableLine(`  ${cpuVerdictLine(cpuVerdicts(machine))}`) },
  ]
}

function memoryRow({ memory, swap }: Machine): HardwareRow {
  const swapText =
    swap.totalBytes.value === null
      ? 'swap -'
      : swap.totalBytes.value === 0
        ? 'no swap'
        : `swap ${formatGiB(swap.totalBytes.value)}`
  const available = memory.availableBytes.value === null ? '' : `${formatGiB(memory.availableBytes.value)} available`
  return { topic: 'RAM', text: [formatGiB(memory.totalBytes.value), available, swapText].filter(Boolean).join('   ') }
}

function diskRows({ filesystems, locations }: Machine): HardwareRow[] {
  const mounts = new Set(
    [locations.root.value ?? '/', locations.data.value, locations.modelCache.value].filter((mount) => mount !== null),
  )
  const shown = filesystems.filter(({ mount }) => mounts.has(mount)).slice(0, 2)
  return shown.map((filesystem, index) => ({
    topic: index === 0 ? 'Disk' : '',
    text: printableLine(
      [
        filesystem.mount,
        filesystem.type.value ?? dash,
        filesystem.device.value?.toUpperCase() ?? '',
        `${formatGiB(filesystem.freeBytes.value, 0)} free of ${formatGiB(filesystem.totalBytes.value, 0)}`,
      ]
        .filter(Boolean)
        .join('   '),
    ),
  }))
}

function systemRow({ os }: Machine): HardwareRow {
  const parts = [
    os.name.value ?? [os.id.value, os.version.value].filter(Boolean).join(' ') ?? dash,
    os.glibc.value ? `glibc ${os.glibc.value}` : '',
    os.init.value ?? '',
    os.container.value && os.container.value !== 'none' ? `in a container (${os.container.value})` : '',
    os.wsl.value ? 'WSL2' : '',
  ]
  return { topic: 'System', text: printableLine(parts.filter(Boolean).join('   ')) }
}

/** What the operator corrected: what it was, and what it is now. */
function correctedRows(machine: Machine): HardwareRow[] {
  return correctionsOf(machine).map((text, index) => ({
    topic: index === 0 ? 'Changed' : '',
    text: printableLine(text),
  }))
}

/** `Intel(R) Pentium(R) CPU G4400 @ 3.30GHz` as people say it: `Intel Pentium G4400`. */
function shortCpuName(name: string): string {
  return name
    .replace(/\((R|TM)\)/gi, '')
    .replace(/\b(CPU|Processor|\d+-Cores?)\b|@.*$/g, '')
    .replace(/\s+/g, ' ')
    .trim()
}
