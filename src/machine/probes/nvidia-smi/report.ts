import type { Fact } from '../../fact.ts'
import { known } from '../../fact.ts'
import { by, readCount, readNumber, readPciAddress, readSize, textFact, told, valueFact } from '../../read-value.ts'
import { cite, type GpuReading, type Reading, type Source } from '../../reading.ts'
import type { Gpu } from '../../schema.ts'
import { cardFailure } from './failure.ts'
import { at, type ReportNode, readIndentedReport, readXmlReport } from './report-tree.ts'

/** Reads `nvidia-smi -q` and `nvidia-smi -q -x` of any schema: every card that it lists, with what it says of each. */
export function readNvidiaReport(text: string, source: Source): Reading {
  const report = /<(nvidia_smi_log|gpu)\b/.test(text) ? readXmlReport(text) : readIndentedReport(text)
  const top = at(report, 'nvidia_smi_log') ?? report
  const cards = top.children.filter((child) => isCard(child))
  return { gpus: cards.map((card, index) => readCard(top, card, index, source)), ...missingCards(top, cards.length) }
}

/** The driver may count a card that it cannot describe any more: its part of the report is missing. */
function missingCards(top: ReportNode, described: number): Pick<Reading, 'problems'> {
  const attached = readCount(at(top, 'attached_gpus')?.text)
  // With `-i` fewer are described on purpose; a cut-off report cannot be told from that either, so the sentence says both figures.
  if (attached === null || attached <= described || described === 0) return {}
  const text = `The driver counts ${attached} cards, and nvidia-smi describes ${described}: ${attached - described === 1 ? 'one does' : 'the others do'} not answer, or the output was cut off.`
  return { problems: [{ about: 'nvidia-driver', text }] }
}

function isCard(child: ReportNode): boolean {
  return (
    (child.key === 'gpu' && child.children.length > 0) || /^GPU [0-9a-f]{4,8}:[0-9a-f]{2}:/i.test(child.line.trim())
  )
}

function readCard(top: ReportNode, card: ReportNode, index: number, source: Source): GpuReading {
  const text = (from: ReportNode, ...paths: string[]): Fact<string> | undefined => {
    const found = at(from, ...paths)
    return found && textFact(source, found.line, found.text)
  }
  const read = <T>(reader: (text: string) => T | null, ...paths: string[]): Fact<T> | undefined => {
    const found = at(card, ...paths)
    return found && valueFact(source, found.line, found.text, reader)
  }
  const memory = (part: string) => {
    // A size without its unit was cut off.
    const fact = read((size) => readSize(size, Number.NaN), `fb_memory_usage/${part}`)
    return fact && by(fact, `nvidia-smi framebuffer ${part}`)
  }
  const virtualization = ['gpu_virtualization_mode/virtualization_mode']
  const mig = text(card, 'mig_mode/current_mig', 'mig_mode/current')
  const facts: { [K in keyof GpuReading['facts']]: GpuReading['facts'][K] | undefined } = {
    name: text(card, 'product_name'),
    pciAddress: addressOf(card, source),
    uuid: text(card, 'uuid', 'gpu_uuid'),
    arch: text(card, 'product_architecture'),
    driver: text(top, 'kmd_version', 'driver_version'),
    runtime: text(top, 'cuda_umd_version', 'cuda_version'),
    memoryTotalBytes: memory('total'),
    memoryUsedBytes: memory('used'),
    memoryFreeBytes: memory('free'),
    linkGeneration: read(
      readCount,
      'pci/pci_gpu_link_info/pcie_gen/current_link_gen',
      'pci/gpu_link_info/pcie_generation/current',
    ),
    linkGenerationMax: read(
      readCount,
      'pci/pci_gpu_link_info/pcie_gen/max_link_gen',
      'pci/gpu_link_info/pcie_generation/max',
    ),
    linkWidth: read(
      readCount,
      'pci/pci_gpu_link_info/link_widths/current_link_width',
      'pci/gpu_link_info/link_width/current',
    ),
    linkWidthMax: read(
      readCount,
      'pci/pci_gpu_link_info/link_widths/max_link_width',
      'pci/gpu_link_info/link_width/max',
    ),
    utilizationPercent: read(readNumber, 'utilization/gpu_util', 'utilization/gpu'),
    temperatureCelsius: read(readNumber, 'temperature/gpu_temp', 'temperature/gpu_current_temp'),
    powerWatts: read(
      readNumber,
      'gpu_power_readings/power_draw',
      'gpu_power_readings/instant_power_draw',
      'gpu_power_readings/instantaneous_power_draw',
      'power_readings/power_draw',
    ),
    mig: mig?.value ? { ...mig, value: mig.value.toLowerCase() } : mig,
    migInstances: migInstances(card, source),
    ecc: text(card, 'ecc_mode/current_ecc', 'ecc_mode/current'),
    computeMode: text(card, 'compute_mode'),
    virtualization: text(card, ...virtualization),
    displayAttached: read(
      (answer) => /^(yes|enabled)$/i.test(answer),
      'display_attached',
      'display_active',
      'display_mode',
    ),
    processes: processes(card, source),
    problem: problemOf(card, source),
  }
  const deviceId = deviceIdOf(card)
  return { vendor: 'nvidia', toolIndex: index, ...(deviceId === null ? {} : { deviceId }), facts: withoutAbsent(facts) }
}

/** A card that is lost says so in place of its figures; newer drivers ask for a reset in a field of its own. */
function problemOf(card: ReportNode, source: Source): Fact<string> | undefined {
  const fields = [
    'product_name',
    'uuid',
    'gpu_uuid',
    'fb_memory_usage/total',
    'performance_state',
    'utilization/gpu_util',
  ]
    .map((path) => at(card, path))
    .filter((field) => field !== undefined)
  const reset = at(card, 'gpu_reset_status/reset_required')
  const needsReset = reset?.text?.toLowerCase() === 'yes' ? 'GPU requires reset' : null
  const failure = cardFailure([...fields.map((field) => field.text), needsReset])
  const line = needsReset ? reset?.line : fields.find((field) => cardFailure([field.text]) !== null)?.line
  return failure === null ? undefined : known(failure, cite(source, line ?? card.line))
}

/** `20B010DE` is device 20b0 of vendor 10de. */
function deviceIdOf(card: ReportNode): number | null {
  const id = /^(?:0x)?([0-9a-f]{4})10de$/i.exec(at(card, 'pci/pci_device_id', 'pci/device_id')?.text ?? '')?.[1]
  return id === undefined ? null : Number.parseInt(id, 16)
}

function withoutAbsent<T extends object>(facts: { [K in keyof T]: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== undefined)) as Partial<T>
}

function addressOf(card: ReportNode, source: Source): Fact<string> {
  const bus = at(card, 'pci/pci_bus_id', 'pci/bus_id')
  const heading = {
    line: card.line,
    text: card.text ?? /[0-9a-f]+:[0-9a-f]+:[0-9a-f]+\.[0-9a-f]/i.exec(card.line)?.[0] ?? null,
  }
  return valueFact(source, (bus ?? heading).line, (bus ?? heading).text, readPciAddress)
}

/** MIG slices are told as text; their memory is never the card's. */
function migInstances(card: ReportNode, source: Source): Gpu['migInstances'] {
  const slices = [...card.children, ...(at(card, 'mig_devices')?.children ?? [])].filter(
    (child) => child.key === 'mig_device' && child.children.length > 0,
  )
  if (slices.length === 0) return undefined
  const names = slices.map((slice) => {
    const total = at(slice, 'fb_memory_usage/total', 'shared_fb_memory_usage/total')?.text ?? 'memory unknown'
    return `${at(slice, 'index')?.text ?? '?'}: ${total}`
  })
  return known(names, cite(source, slices[0]?.line))
}

function processes(card: ReportNode, source: Source): Gpu['processes'] {
  const section = at(card, 'processes')
  if (section === undefined) return undefined
  const entries = section.children.filter((child) => child.key === 'process_info' || child.key === 'process_id')
  const found = entries.flatMap((entry) => {
    const pid = readCount(at(entry, 'pid')?.text ?? entry.text)
    const name = told(at(entry, 'process_name', 'name')?.text)
    const memoryBytes = readSize(told(at(entry, 'used_memory', 'used_gpu_memory')?.text))
    return pid === null ? [] : [{ pid, name: name ?? 'unknown', owner: null, memoryBytes }]
  })
  return known(found, cite(source, section.line))
}
