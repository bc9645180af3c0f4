import type { Fact } from '../../fact.ts'
import { known, unknown } from '../../fact.ts'
import { linesOf } from '../../lines.ts'
import { by, readNumber, readPciAddress, readSize, textFact, told, valueFact } from '../../read-value.ts'
import { cite, type GpuReading, type Reading, type Source } from '../../reading.ts'
import type { Gpu } from '../../schema.ts'
import { cardFailure } from './failure.ts'

type Facts = { -readonly [K in keyof GpuReading['facts']]: GpuReading['facts'][K] }

const header = /(?:Driver|KMD) Version:\s*([^\s|]+)(?:.*?CUDA(?: UMD)? Version:\s*([^\s|]+))?/
const firstRow =
  /^\|\s*(\d+)\s+(\S.*?)\s+(?:On|Off|N\/A|ERR!|WDDM|TCC|MCDM)\s*\|\s*([0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-9a-f]|N\/A)\s+(On|Off|N\/A|ERR!)\s*\|\s*(.*?)\s*\|?\s*$/i
const secondRow = /^\|\s*(\S+)\s+(\S+)\s+(P\d+|N\/A|ERR!)\s+(.+?)\s*\|\s*(.*?)\s*\|\s*(\S+)\s+(\S+.*?)\s*\|?\s*$/
/** `nvidia-smi vgpu` on a host of virtual cards: card, address and use; the virtual ones have longer numbers and no address. */
const hostRow =
  /^\|\s*(\d{1,3})\s+(\S.*?)\s*\|\s*([0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-9a-f])\s*\|\s*(\d+\s*%|N\/A)\s*\|/i
/** GPU, GPU instance, compute instance, MIG device, and its memory. */
const sliceRow = /^\|\s*(\d+)\s+\d+\s+\d+\s+(\d+)\s+\|\s*\d+\s*MiB\s*\/\s*(\d+\s*MiB)\s*\|/
const processRow = /^\|\s*(\d+)\s+(?:\S+\s+\S+\s+)?(\d+)\s+(C\+G|M\+C|C|G|M)\s+(.*?)\s+(\d+\s*MiB|N\/A)\s*\|?\s*$/

/** Reads the table that plain `nvidia-smi` prints, of any driver from 2015 to now. Long names are cut off by the tool. */
export function readNvidiaTable(text: string, source: Source): Reading {
  const lines = linesOf(text)
  const headerLine = lines.find((line) => header.test(line))
  const versions = header.exec(headerLine ?? '')
  const cards: { index: number; facts: Facts }[] = []
  const processes = new Map<number, NonNullable<NonNullable<Gpu['processes']>['value']>>()
  let inProcesses = false
  let row = 0
  for (const line of lines) {
    if (/^\|\s*Processes:/.test(line)) inProcesses = true
    // Slices have rows of the same form with other figures: a card's row is the one with a bus id.
    if (/^\|\s*MIG devices:/.test(line)) row = 0
    const slice = inProcesses ? null : sliceRow.exec(line)
    if (slice) {
      const owner = cards.find(({ index }) => index === Number(slice[1]))
      const name = `${slice[2]}: ${slice[3]}`
      const before = owner?.facts.migInstances?.value ?? []
      if (owner) owner.facts.migInstances = known([...before, name], cite(source, line))
    }
    const first = inProcesses ? null : firstRow.exec(line)
    const host = inProcesses ? null : hostRow.exec(line)
    const card = cards.at(-1)
    if (host) {
      const { displayAttached: _, ...facts } = firstFacts(host, line, versions, headerLine, source)
      cards.push({ index: Number(host[1]), facts })
    } else if (first) {
      cards.push({ index: Number(first[1]), facts: firstFacts(first, line, versions, headerLine, source) })
      row = 1
    } else if (inProcesses) {
      const match = processRow.exec(line)
      const entry = match && {
        pid: Number(match[2]),
        name: told(match[4]) ?? 'unknown',
        owner: null,
        memoryBytes: readSize(told(match[5])),
      }
      if (match && entry && Number.isSafeInteger(entry.pid)) {
        const index = Number(match[1])
        processes.set(index, [...(processes.get(index) ?? []), entry])
      }
    } else if (card && row === 1) {
      const second = secondRow.exec(line)
      if (second) {
        Object.assign(card.facts, secondFacts(second, line, source))
        row = 2
      }
    } else if (card && row === 2) {
      const mode = /\|\s*(Enabled|Disabled|N\/A)\s*\|?\s*$/.exec(line)
      if (mode) card.facts.mig = lowerCase(textFact(source, line, mode[1]))
      row = 0
    }
  }
  return {
    gpus: cards.map(({ index, facts }) => ({
      vendor: 'nvidia',
      toolIndex: index,
      facts: inProcesses
        ? { ...facts, processes: known(processes.get(index) ?? [], cite(source, 'Processes:')) }
        : facts,
    })),
  }
}

function lowerCase(fact: Fact<string>): Fact<string> {
  return fact.value === null ? fact : { ...fact, value: fact.value.toLowerCase() }
}

function firstFacts(
  match: RegExpExecArray,
  line: string,
  versions: RegExpExecArray | null,
  headerLine: string | undefined,
  source: Source,
): Facts {
  const name = told(match[2])
  const cut = name?.endsWith('...') ?? false
  return {
    name: cut ? by(textFact(source, line, name), 'shortened by nvidia-smi') : textFact(source, line, name),
    pciAddress: valueFact(source, line, match[3], readPciAddress),
    displayAttached: valueFact(source, line, match[4], (answer) => answer === 'On'),
    ...(versions
      ? { driver: textFact(source, headerLine, versions[1]), runtime: textFact(source, headerLine, versions[2]) }
      : {}),
  }
}

function secondFacts(match: RegExpExecArray, line: string, source: Source): Facts {
  const [, , temperature, state, power, memory, utilization, computeMode] = match
  // A sensor of the fan or of the power that fails is no failure of the card.
  const failure = cardFailure([temperature, state, memory, utilization])
  const sizes = /^(\S+)\s*\/\s*(\S+)$/.exec(memory ?? '')
  const used = by(
    valueFact(source, line, sizes?.[1] ?? memory, (size) => readSize(size)),
    'nvidia-smi memory usage',
  )
  const total = by(
    valueFact(source, line, sizes?.[2] ?? memory, (size) => readSize(size)),
    'nvidia-smi memory usage',
  )
  return {
    temperatureCelsius: valueFact(source, line, temperature, readNumber),
    powerWatts: valueFact(source, line, power?.split('/')[0], readNumber),
    memoryUsedBytes: used,
    memoryTotalBytes: total,
    memoryFreeBytes:
      total.value !== null && used.value !== null && total.value >= used.value
        ? {
            ...known(total.value - used.value, cite(source, line)),
            method: 'total less used; what the driver reserves is not told here',
          }
        : unknown('nvidia-smi does not tell total and used', cite(source, line)),
    utilizationPercent: valueFact(source, line, utilization, readNumber),
    computeMode: textFact(source, line, computeMode),
    ...(failure === null ? {} : { problem: known(failure, cite(source, line)) }),
  }
}
