import { jsonDocument } from '../json-text.ts'
import { linesOf } from '../lines.ts'
import { readCount, textFact, told, valueFact } from '../read-value.ts'
import { factFrom, type Reading, type Source } from '../reading.ts'
import { readLscpuTable } from './lscpu-table.ts'

type Line = { readonly label: string; readonly value: string; readonly line: string }

const architecture = /^(x86_64|i[3-6]86|aarch64|arm\S*|ppc64\S*|s390x?|riscv\S*|mips\S*|loongarch\S*|sparc\S*)$/

/** Reads `lscpu` (text in any language, `-J`, `-e` or `-p`): the CPU's maker, model, cores over all sockets, threads, NUMA nodes and flags. */
export function readLscpu(text: string, source: Source): Reading {
  const lines = /"field"/.test(text) ? linesOfJson(text) : linesOfText(text)
  const find = (...labels: RegExp[]) =>
    labels.map((label) => lines.find((line) => label.test(line.label))).find(Boolean)
  const table = readLscpuTable(text, source)
  const kind = find(/^Architecture$/) ?? lines.find((line) => architecture.test(line.value))
  if (kind === undefined && find(/^Model name$/) === undefined) return table ?? {}
  const threads = find(/^CPU\(s\)$/) ?? lines.find((line) => /^\d+$/.test(line.value))
  // CPUs that are switched off are counted too, and can do nothing: the cores are told without them.
  const online = find(/^Off-line CPU\(s\) list$/) && find(/^On-line CPU\(s\) list$/)
  const shape = shapeOf(lines, readCount(threads?.value))
  const sockets = find(/^Socket\(s\)$/) ?? shape?.sockets
  const perSocket = find(/^Core\(s\) per socket$/) ?? shape?.cores
  const mixed = mixedCores(lines, readCount(threads?.value))
  const cores = mixed?.cores ?? coresOf(lines, sockets, perSocket)
  const vendor = find(/^Vendor ID$/) ?? lines.find((line) => /^(Genuine|Authentic|Hygon|Centaur)\w+$/.test(line.value))
  const model =
    find(/^Model name$/, /^BIOS Model name$/) ??
    lines.find((line) => /\b(CPU|Processor|Intel|AMD|Xeon|Core)\b.* /.test(line.value))
  const numa = find(/^NUMA node\(s\)$/) ?? lines.find((line) => /NUMA/.test(line.label) && /^\d+$/.test(line.value))
  const flags =
    find(/^(Flags|Features)$/) ??
    lines.find((line) => line.value.split(' ').length >= 8 && /^[a-z0-9_ ]+$/.test(line.value))
  return {
    cpu: {
      vendor: textFact(source, vendor?.line, vendor?.value),
      model: textFact(source, model?.line, mixed?.model ?? model?.value),
      architecture: textFact(source, kind?.line, kind?.value),
      sockets: mixed
        ? factFrom(source, sockets?.line, mixed.sockets, 'lscpu counts clusters of cores as sockets here')
        : valueFact(source, sockets?.line, sockets?.value, readCount),
      cores: factFrom(source, perSocket?.line, cores),
      threads: valueFact(
        source,
        (online ?? threads)?.line,
        (online ?? threads)?.value,
        online ? countOfList : readCount,
      ),
      numaNodes: valueFact(source, numa?.line, numa?.value, readCount),
      flags: valueFact(source, flags?.line, flags?.value, (value) => value.split(/\s+/)),
    },
  }
}

/** How many CPUs a list of the kernel's has: `0-3,8` has five. Null where it was cut off or is none. */
function countOfList(list: string): number | null {
  if (!/^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(list)) return null
  const parts = list.split(',').map((part) => part.split('-').map(Number))
  return parts.reduce((sum, [from = 0, to = from]) => sum + Math.max(0, to - from + 1), 0)
}

function linesOfText(text: string): Line[] {
  return unwrapped(linesOf(text)).flatMap((line) => {
    // Chinese and Japanese translations use the wide colon.
    const colon = line.search(/[:：]/)
    return colon < 0 ? [] : [{ label: line.slice(0, colon).trim(), value: line.slice(colon + 1).trim(), line }]
  })
}

/**
 * On a terminal lscpu (since util-linux 2.40) breaks the flags at its edge, in the middle of words, and indents the rest. A line that is
 * shorter than the others ended in the blank between two flags.
 */
function unwrapped(lines: readonly string[]): string[] {
  const isRest = (line: string) => /^\s*[a-z0-9_][a-z0-9_ ]*$/.test(line)
  const joined: string[] = []
  let width = 0
  for (const [index, line] of lines.entries()) {
    const last = joined.at(-1)
    const before = lines[index - 1] ?? ''
    if (last === undefined || !isRest(line) || !/[:：].*(\s\w+){7}$/.test(last)) {
      joined.push(line)
      width = line.length
    } else {
      joined[joined.length - 1] = `${last}${before.length < width ? ' ' : ''}${line.trim()}`
    }
  }
  return joined
}

function linesOfJson(text: string): Line[] {
  const found: Line[] = []
  const walk = (entry: unknown): void => {
    if (Array.isArray(entry)) entry.forEach(walk)
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return
    const { field, data, children } = entry as { field?: unknown; data?: unknown; children?: unknown }
    if (typeof field === 'string' && typeof data === 'string') {
      found.push({ label: field.replace(/:\s*$/, ''), value: data, line: `${field} ${data}` })
    }
    walk(children)
  }
  const document = jsonDocument(text)
  walk(typeof document === 'object' && document !== null ? Object.values(document) : [])
  return found
}

/**
 * In every language threads per core, cores per socket and sockets follow each other, and their product is the number of CPUs.
 */
function shapeOf(lines: readonly Line[], threads: number | null): { cores: Line; sockets: Line } | undefined {
  for (const [position, first] of lines.entries()) {
    const cores = lines[position + 1]
    const sockets = lines[position + 2]
    if (!cores || !sockets || ![first, cores, sockets].every((line) => /^\d+$/.test(line.value))) continue
    if (Number(first.value) * Number(cores.value) * Number(sockets.value) === threads) return { cores, sockets }
  }
  return undefined
}

/**
 * Kinds of cores beside each other in one processor (ARM): each has its own block of figures, and they add up to the CPUs. Null for
 * processors of one kind.
 */
function mixedCores(
  lines: readonly Line[],
  threads: number | null,
): { cores: number; sockets: number | null; model: string } | null {
  const starts = lines.flatMap((line, index) => (line.label === 'Model name' ? [index] : []))
  if (starts.length < 2) return null
  const blocks = starts.map((start, index) => lines.slice(start, starts[index + 1]))
  const shapes = blocks.map((block) => {
    const count = (label: string) => readCount(told(block.find((line) => line.label === label)?.value))
    const sockets = count('Socket(s)')
    const cores = sockets === null ? coresOf(block, undefined, undefined) : (count('Core(s) per socket') ?? 0) * sockets
    return { sockets, cores: cores ?? 0, threads: (cores ?? 0) * (count('Thread(s) per core') ?? 1) }
  })
  if (shapes.reduce((sum, shape) => sum + shape.threads, 0) !== threads) return null
  const sockets = shapes[0]?.sockets ?? null
  return {
    cores: shapes.reduce((sum, shape) => sum + shape.cores, 0),
    sockets: shapes.every((shape) => shape.sockets === sockets) ? sockets : null,
    model: blocks.map(([first]) => first?.value ?? '').join(' + '),
  }
}

function coresOf(lines: readonly Line[], sockets: Line | undefined, perSocket: Line | undefined): number | null {
  const count = readCount(told(perSocket?.value))
  const socketCount = readCount(told(sockets?.value))
  if (count !== null && socketCount !== null) return count * socketCount
  const perCluster = readCount(lines.find((line) => line.label === 'Core(s) per cluster')?.value)
  const clusters = readCount(lines.find((line) => line.label === 'Cluster(s)')?.value)
  return perCluster !== null && clusters !== null ? perCluster * clusters : null
}
