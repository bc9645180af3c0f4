import type { Fact } from './fact.ts'
import { unknown } from './fact.ts'
import { mergeFacts } from './merge-facts.ts'
import { mergeGpus } from './merge-gpus.ts'
import type { FilesystemReading, Reading } from './reading.ts'
import { type Filesystem, type Machine, machineSchema, machineSchemaVersion } from './schema.ts'

type Origin = { readonly name: string; readonly origin: Machine['origin']; readonly detectedAt?: string }

/** One machine from what its sources say, the better source first; what none of them tells is unknown with that reason. */
export function composeMachine(readings: readonly Reading[], origin: Origin): Machine {
  const reason =
    origin.origin === 'captures' ? 'the saved outputs do not tell it' : 'no source on this machine tells it'
  const merged = readings.reduce<Required<Pick<Reading, SectionName>>>(
    (sum, reading) => ({
      cpu: mergeFacts(sum.cpu, reading.cpu ?? {}),
      memory: mergeFacts(sum.memory, reading.memory ?? {}),
      swap: mergeFacts(sum.swap, reading.swap ?? {}),
      os: mergeFacts(sum.os, reading.os ?? {}),
      user: mergeFacts(sum.user, reading.user ?? {}),
      locations: mergeFacts(sum.locations, reading.locations ?? {}),
      packaging: mergeFacts(sum.packaging, reading.packaging ?? {}),
    }),
    { cpu: {}, memory: {}, swap: {}, os: {}, user: {}, locations: {}, packaging: {} },
  )
  const { gpus, links } = mergeGpus(
    readings.flatMap((reading) => (reading.gpus ? [reading.gpus] : [])),
    readings.flatMap((reading) => reading.links ?? []),
    { inContainer: merged.os.container?.value != null },
  )
  const machine = machineSchema.parse({
    schemaVersion: machineSchemaVersion,
    ...origin,
    ...merged,
    filesystems: mergeFilesystems(readings.flatMap((reading) => reading.filesystems ?? [])),
    gpus: gpus.map(({ index, vendor, facts }) => ({
      index,
      ...facts,
      vendor: { value: vendor, evidence: facts.name?.evidence ?? facts.pciAddress?.evidence ?? [] },
      problem: facts.problem ?? { value: null, evidence: [], unknown: 'nothing wrong was seen' },
    })),
    links,
    tools: firstByName(readings.flatMap((reading) => reading.tools ?? [])),
    ...firstKnown(readings),
    problems: distinct(readings.flatMap((reading) => reading.problems ?? [])),
  })
  return withReason(machine, reason)
}

type SectionName = 'cpu' | 'memory' | 'swap' | 'os' | 'user' | 'locations' | 'packaging'

const whole = ['listeners', 'engines', 'proxies', 'network'] as const

/** Facts that one source tells as a whole: the first that has them counts. */
function firstKnown(readings: readonly Reading[]): Partial<Pick<Machine, (typeof whole)[number]>> {
  const found = whole.map((name) => [name, readings.find((reading) => reading[name])?.[name]] as const)
  return Object.fromEntries(found.filter(([, fact]) => fact !== undefined))
}

function mergeFilesystems(readings: readonly FilesystemReading[]): Partial<Filesystem>[] {
  const byMount = new Map<string, FilesystemReading>()
  for (const reading of readings) {
    const { mount, ...facts } = reading
    byMount.set(mount, { ...mergeFacts(byMount.get(mount) ?? {}, facts), mount })
  }
  const merged = [...byMount.values()]
  // A second mount of a device (bind, subvolume) lies on what the first does.
  return merged.map((entry) => {
    const device = deviceName(entry)
    const twin = merged.find((other) => device !== null && other.device?.value && deviceName(other) === device)
    return entry.device?.value || !twin?.device ? entry : { ...entry, device: twin.device }
  })
}

function deviceName({ source }: FilesystemReading): string | null {
  return /^\/dev\/[^[]+/.exec(source?.value ?? '')?.[0] ?? null
}

function firstByName<T extends { readonly name: string }>(tools: readonly T[]): T[] {
  return [...new Map(tools.toReversed().map((tool) => [tool.name, tool])).values()].toReversed()
}

function distinct(problems: Machine['problems']): Machine['problems'] {
  return [...new Map(problems.map((problem) => [`${problem.about} ${problem.text}`, problem])).values()]
}

/** Fields that no source filled in say why they are unknown. */
function withReason(machine: Machine, reason: string): Machine {
  const walk = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(walk)
    if (typeof part !== 'object' || part === null) return part
    if ('value' in part && 'evidence' in part) {
      const fact = part as Fact<unknown>
      return fact.value === null && fact.unknown === 'not told by this machine file' ? unknown(reason) : part
    }
    return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, walk(value)]))
  }
  return walk(machine) as Machine
}
