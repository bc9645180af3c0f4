import { formatGiB } from '#src/core/bytes.ts'
import { printableLine } from '#src/core/printable.ts'
import type { Gpu, Machine } from '#src/machine/schema.ts'

/** A line of the hardware screen: a topic on the left, what is known beside it. A dash is what could not be read. */
export type HardwareRow = { topic: string; text: string }

/** The machine in lines: one per GPU (those alike are counted together beyond the first three), then CPU, memory, disk, system. */
export function hardwareRows(machine: Machine): HardwareRow[] {
  return [...gpuRows(machine), cpuRow(machine), memoryRow(machine), ...diskRows(machine), systemRow(machine)]
}

const dash = '-'

function gpuRows({ gpus }: Machine): HardwareRow[] {
  const [first] = gpus
  if (!first) return [{ topic: 'GPUs', text: 'none found' }]
  const groups = Map.groupBy(gpus, (gpu) => `${gpu.name.value} ${gpu.memoryTotalBytes.value} ${gpu.driver.value}`)
  return [...groups.values()].flatMap((alike, index) => {
    const [one] = alike
    if (!one) return []
    const head = [
      `${alike.length} × ${one.name.value ?? 'unknown card'}`,
      formatGiB(one.memoryTotalBytes.value),
      one.capability.value ? `cap ${one.capability.value}` : (one.arch.value ?? ''),
      one.driver.value ? `driver ${one.driver.value}` : 'no driver',
    ]
    const shown = alike.slice(0, alike.length > 4 ? 2 : 4)
    const rest = alike.length - shown.length
    return [
      { topic: index === 0 ? 'GPUs' : '', text: printableLine(head.filter(Boolean).join('   ')) },
      ...shown.map((gpu) => ({ topic: '', text: printableLine(cardText(gpu)) })),
      ...(rest > 0 ? [{ topic: '', text: `    ${rest} more alike` }] : []),
    ]
  })
}

/** `#0  01:00.0   11.6 GiB free   PCIe ×1 of ×16` */
function cardText(gpu: Gpu): string {
  const free = gpu.memoryFreeBytes.value ?? freeOf(gpu)
  const width =
    gpu.linkWidth.value === null
      ? ''
      : `PCIe ×${gpu.linkWidth.value}${gpu.linkWidthMax.value ? ` of ×${gpu.linkWidthMax.value}` : ''}`
  const parts = [
    `#${gpu.index}  ${gpu.pciAddress.value?.replace(/^0000:/, '') ?? dash}`,
    `${formatGiB(free)} free`,
    width,
    gpu.problem.value ?? '',
  ]
  return `  ${parts.filter(Boolean).join('   ')}`
}

function freeOf({ memoryTotalBytes, memoryUsedBytes }: Gpu): number | null {
  if (memoryTotalBytes.value === null || memoryUsedBytes.value === null) return null
  return memoryTotalBytes.value - memoryUsedBytes.value
}

function cpuRow({ cpu }: Machine): HardwareRow {
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
  return {
    topic: 'CPU',
    text: printableLine([cpu.model.value ?? cpu.vendor.value ?? dash, cores, vector].filter(Boolean).join('   ')),
  }
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
