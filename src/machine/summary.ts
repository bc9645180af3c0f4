import { formatGiB, GiB } from '../core/bytes.ts'
import { printableLine } from '../core/printable.ts'
import { correctionsOf } from './corrections.ts'
import type { Fact } from './fact.ts'
import type { Gpu, Machine } from './schema.ts'

/** A row of the risk table: what the machine has, what follows, what is done about it. */
export type RiskRow = {
  readonly component: string
  readonly specification: string
  readonly risk: string
  readonly mitigation: string
  /** The step that deals with it. */
  readonly step: string | null
}

/** A machine in one line: `8 × NVIDIA GeForce RTX 3060 12 GiB · 15.5 GiB RAM · Ubuntu 22.04`. */
export function machineSummary(machine: Machine): string {
  const parts = [
    gpuGroups(machine),
    machine.memory.totalBytes.value === null ? null : `${formatGiB(machine.memory.totalBytes.value)} RAM`,
    systemName(machine),
  ]
  return parts.filter((part) => part !== null).join(' · ')
}

/** Cards that are alike, counted: `8 × RTX 3060 12 GiB`; `no GPU` where there is none. */
export function gpuGroups(machine: Machine): string {
  const groups = new Map<string, number>()
  for (const gpu of machine.gpus) {
    const size = gpu.memoryTotalBytes.value
    const label = `${shortGpuName(gpu)}${size === null ? '' : ` ${(size / GiB).toFixed(0)} GiB`}`
    groups.set(label, (groups.get(label) ?? 0) + 1)
  }
  if (groups.size === 0) return 'no GPU'
  return [...groups].map(([label, count]) => (count === 1 ? label : `${count} × ${label}`)).join(' + ')
}

/** A card's name without its maker's and family's: `RTX 3060`. */
export function shortGpuName(gpu: Gpu): string {
  const name = gpu.name.value ?? `${gpu.vendor.value ?? 'unknown'} card`
  return printableLine(name).replace(/^NVIDIA |^AMD |^Intel\(R\) |GeForce /g, '')
}

function systemName(machine: Machine): string | null {
  const { id, version, name } = machine.os
  if (name.value !== null) return printableLine(name.value)
  return id.value === null ? null : printableLine(`${id.value} ${version.value ?? ''}`.trim())
}

/**
 * What `rigup detect` prints: a row per card, then the rest, then what is risky. A dash is unknown. `processor` says what the CPU
 * means for the engines, a line each.
 */
export function machineText(
  machine: Machine,
  risks: readonly RiskRow[] = [],
  processor: readonly string[] = [],
): string[] {
  return [
    ...section('GPUs', machine.gpus.length === 0 ? ['none found'] : table(machine.gpus.map(gpuRow))),
    ...section('Links', linkLines(machine)),
    ...section('CPU', [cpuLine(machine), ...processor]),
    ...section('RAM', [memoryLine(machine)]),
    ...section('Disk', diskLines(machine)),
    ...section('OS', [systemLine(machine)]),
    ...section('User', userLines(machine)),
    ...section('Tools', toolLines(machine)),
    ...section('Running', runningLines(machine)),
    ...section('Proxies', proxyLines(machine)),
    ...section('Network', networkLines(machine)),
    ...section('Changed', correctionsOf(machine)),
    ...section('Broken', [
      ...machine.problems.map((problem) => `${problem.about}: ${problem.text}`),
      ...machine.gpus.flatMap((gpu) => (gpu.problem.value === null ? [] : [`GPU ${gpu.index}: ${gpu.problem.value}`])),
    ]),
    ...section('Risks', riskLines(risks)),
  ].map(printableLine)
}

const labelWidth = 8

function section(label: string, lines: readonly string[]): string[] {
  return lines.map((line, index) => `${index === 0 ? label.padEnd(labelWidth) : ' '.repeat(labelWidth)}${line}`)
}

/** Columns as wide as their widest cell. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

function show(fact: Fact<string | number> | undefined): string {
  return fact?.value === null || fact === undefined ? '-' : String(fact.value)
}

function gpuRow(gpu: Gpu): string[] {
  const nvidia = gpu.vendor.value === 'nvidia'
  const memory =
    gpu.unifiedMemory.value === true && gpu.memoryTotalBytes.value === null
      ? 'shared with the CPU'
      : formatGiB(gpu.memoryTotalBytes.value)
  return [
    `#${gpu.index}`,
    shortGpuName(gpu),
    memory,
    gpu.memoryFreeBytes.value === null ? '' : `${formatGiB(gpu.memoryFreeBytes.value)} free`,
    nvidia ? `cap ${show(gpu.capability)}` : show(gpu.arch),
    `driver ${show(gpu.driver)}`,
    gpu.linkWidth.value === null && gpu.linkWidthMax.value === null
      ? ''
      : `PCIe ×${show(gpu.linkWidth)} of ×${show(gpu.linkWidthMax)}`,
    show(gpu.pciAddress),
    gpu.mig.value === 'enabled' ? 'MIG' : '',
    gpu.utilizationPercent.value ? `${gpu.utilizationPercent.value} % busy` : '',
    gpuUsers(gpu),
  ]
}

/** Who has work on a card: the process that holds most of it with its owner, and how many others; empty where nobody is known. */
export function gpuUsers({ processes }: Gpu): string {
  const [first, ...others] = (processes?.value ?? []).toSorted((a, b) => (b.memoryBytes ?? 0) - (a.memoryBytes ?? 0))
  if (first === undefined) return ''
  const name = first.name.split(' ')[0]?.split('/').at(-1) ?? first.name
  const owner = first.owner === null ? '' : ` of ${first.owner}`
  return `${name.slice(0, 20)}${owner}${others.length > 0 ? ` and ${others.length} more` : ''}`
}

function linkLines(machine: Machine): string[] {
  const kinds = new Map<string, number>()
  for (const link of machine.links) kinds.set(show(link.kind), (kinds.get(show(link.kind)) ?? 0) + 1)
  return kinds.size === 0
    ? []
    : [[...kinds].map(([kind, count]) => `${kind} between ${count} ${count === 1 ? 'pair' : 'pairs'}`).join(', ')]
}

const instructions = ['avx', 'avx2', 'avx512f', 'avx512_bf16', 'amx_tile', 'asimd', 'sve']

function cpuLine(machine: Machine): string {
  const { model, cores, threads, sockets, flags, architecture } = machine.cpu
  const has =
    flags.value === null
      ? 'instructions unknown'
      : instructions.filter((flag) => flags.value?.includes(flag)).join(' ') || 'no AVX'
  const socketText = sockets.value !== null && sockets.value > 1 ? `  ${sockets.value} sockets` : ''
  return `${show(model)}  ${show(cores)} cores, ${show(threads)} threads${socketText}  ${show(architecture)}  ${has}`
}

function memoryLine(machine: Machine): string {
  const { totalBytes, availableBytes, cgroupLimitBytes } = machine.memory
  const limit = cgroupLimitBytes.value === null ? '' : `  limit ${formatGiB(cgroupLimitBytes.value)}`
  const swap = machine.swap.totalBytes.value === 0 ? 'none' : formatGiB(machine.swap.totalBytes.value)
  return `${formatGiB(totalBytes.value)}  ${formatGiB(availableBytes.value)} available${limit}  swap ${swap}`
}

function diskLines(machine: Machine): string[] {
  return table(
    machine.filesystems
      .filter((filesystem) => filesystem.device.value !== 'memory')
      .slice(0, 12)
      .map((filesystem) => [
        filesystem.mount,
        show(filesystem.type),
        show(filesystem.device).toUpperCase(),
        `${formatGiB(filesystem.freeBytes.value, 0)} free of ${formatGiB(filesystem.totalBytes.value, 0)}`,
        filesystem.readOnly.value === true ? 'read only' : '',
      ]),
  )
}

function systemLine(machine: Machine): string {
  const { kernel, glibc, init, container, virtualization, wsl, immutable } = machine.os
  return [
    systemName(machine) ?? '-',
    `kernel ${show(kernel)}`,
    `glibc ${show(glibc)}`,
    show(init),
    container.value === null ? null : `container ${container.value}`,
    virtualization.value === null ? null : `virtual (${virtualization.value})`,
    wsl.value === true ? 'WSL' : null,
    immutable.value === true ? 'not to be edited' : null,
  ]
    .filter((part) => part !== null)
    .join('  ')
}

function toolLines(machine: Machine): string[] {
  const named = machine.tools.map((tool) => `${tool.name} ${show(tool.version)}${tool.note ? ` (${tool.note})` : ''}`)
  const rows: string[] = []
  for (const name of named) {
    const last = rows.at(-1)
    if (last !== undefined && last.length + name.length < 90) rows[rows.length - 1] = `${last}, ${name}`
    else rows.push(name)
  }
  return rows
}

function userLines({ user }: Machine): string[] {
  const { name, groups, privileges, linger } = user
  if (name.value === null && privileges.value === null) return []
  const rights = {
    root: 'is root',
    passwordless: 'sudo without a password',
    password: 'sudo with a password',
    none: 'no sudo',
  }
  const useful = (groups.value ?? []).filter((group) => /^(docker|podman|video|render|sudo|wheel|libvirt)$/.test(group))
  return [
    [
      show(name),
      privileges.value === null ? 'sudo unknown' : rights[privileges.value],
      useful.length === 0 ? '' : `groups ${useful.join(' ')}`,
      linger?.value === false ? 'no linger' : '',
    ]
      .filter(Boolean)
      .join('  '),
  ]
}

/** Engines that run or were left behind, and the ports on which something listens. */
function runningLines({ engines, listeners }: Machine): string[] {
  const found = (engines.value ?? []).map(
    ({ name, pid, owner, orphan }) =>
      `${name}, process ${pid}${owner === null ? '' : ` of ${owner}`}${orphan ? ': left behind, its engine is gone' : ''}`,
  )
  const ports = [...new Set((listeners.value ?? []).map(({ port }) => port))].sort((a, b) => a - b)
  const shown = ports.slice(0, 20).join(' ')
  return [
    ...found,
    ...(ports.length === 0 ? [] : [`ports ${shown}${ports.length > 20 ? ` and ${ports.length - 20} more` : ''}`]),
  ]
}

function proxyLines({ proxies }: Machine): string[] {
  return Object.entries(proxies.value ?? {}).map(([name, value]) => `${name}=${value}`)
}

/** Which places answered, a line each; none where nobody was asked. */
export function networkLines({ network }: Machine): string[] {
  return (network.value ?? []).map(
    ({ url, answers, note, milliseconds }) =>
      `${url}  ${answers ? `answers (${note}, ${milliseconds} ms)` : `does not answer: ${note}`}`,
  )
}

function riskLines(risks: readonly RiskRow[]): string[] {
  return risks.flatMap(({ component, specification, risk, mitigation, step }) => [
    `! ${component}: ${specification}. ${risk}`,
    `  → ${mitigation}${step === null ? '' : `  [${step}]`}`,
  ])
}
