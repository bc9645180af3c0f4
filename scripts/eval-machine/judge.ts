import { MiB } from '../../src/core/bytes.ts'
import type { Machine } from '../../src/machine/schema.ts'
import { machineValues, type Values } from '../../src/machine/values.ts'
import type { Expectation, ExpectedGpu } from './expectation.ts'

/** One comparison: what it is about, whether it holds, and the difference in words. */
export type Verdict = { readonly topic: string; readonly right: boolean; readonly difference: string }

type Bare = Values<Machine>

/** Compares a machine with what a person read in the capture; one verdict per judged field. */
export function judge(machine: Machine, expected: Expectation): Verdict[] {
  const values = machineValues(machine)
  return [
    ...(expected.gpus ? judgeGpus(values, expected.gpus) : []),
    ...(expected.links ? [judgeLinks(values, expected.links)] : []),
    ...judgeCpu(values, expected.cpu ?? {}),
    ...same('memory', 'memory', expected.memoryBytes, values.memory.totalBytes),
    ...same('memory', 'swap', expected.swapBytes, values.swap.totalBytes),
    ...same('system', 'id', expected.os?.id, values.os.id),
    ...same('system', 'version', expected.os?.version, values.os.version),
    ...same('system', 'immutable', expected.os?.immutable, values.os.immutable),
    ...Object.entries(expected.mounts ?? {}).flatMap(([mount, [type, device]]) => {
      const found = values.filesystems.find((filesystem) => filesystem.mount === mount)
      return [
        ...same('disks', `${mount} there`, true, found !== undefined),
        ...same('disks', `${mount} type`, type, found?.type),
        ...same('disks', `${mount} device`, device, found?.device),
      ]
    }),
    ...(expected.problem
      ? matches('problems', 'problem', expected.problem, values.problems.map((problem) => problem.text).join(' '))
      : []),
  ]
}

function same(topic: string, field: string, expected: unknown, found: unknown): Verdict[] {
  if (expected === undefined) return []
  const right = JSON.stringify(expected) === JSON.stringify(found ?? null)
  return [
    {
      topic,
      right,
      difference: `${field}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found ?? null)}`,
    },
  ]
}

function matches(topic: string, field: string, expected: RegExp | null | undefined, found: string | null): Verdict[] {
  if (expected === undefined) return []
  const right = expected === null ? found === null : found !== null && expected.test(found)
  return [{ topic, right, difference: `${field}: expected ${String(expected)}, found ${String(found)}` }]
}

function judgeGpus(values: Bare, expected: NonNullable<Expectation['gpus']>): Verdict[] {
  const wanted = expected.flatMap(([count, gpu]) => Array.from({ length: count }, () => gpu))
  return [
    ...same('cards counted', 'cards', wanted.length, values.gpus.length),
    ...wanted.flatMap((gpu, index) => judgeGpu(values.gpus[index], gpu, index)),
  ]
}

function judgeGpu(found: Bare['gpus'][number] | undefined, expected: ExpectedGpu, index: number): Verdict[] {
  const at = `GPU ${index}`
  const bytes = expected.mib === undefined ? undefined : expected.mib === null ? null : expected.mib * MiB
  return [
    ...matches('names', `${at} name`, expected.name, found?.name ?? null),
    ...same('card memory', `${at} memory`, bytes, found?.memoryTotalBytes),
    ...same('arch or capability', `${at} capability`, expected.capability, found?.capability),
    ...same('arch or capability', `${at} arch`, expected.arch, found?.arch),
    ...same('addresses', `${at} address`, expected.pci, found?.pciAddress),
    ...same(
      'link widths',
      `${at} width`,
      expected.width,
      expected.width && [found?.linkWidth ?? null, found?.linkWidthMax ?? null],
    ),
    ...same('unified memory', `${at} unified`, expected.unified, found?.unifiedMemory),
    ...same('drivers', `${at} driver`, expected.driver, found?.driver),
    ...same('MIG', `${at} MIG`, expected.mig, found?.mig),
  ]
}

function judgeLinks(values: Bare, expected: Readonly<Record<string, number>>): Verdict {
  const found: Record<string, number> = {}
  for (const link of values.links) found[link.kind ?? 'unknown'] = (found[link.kind ?? 'unknown'] ?? 0) + 1
  const sorted = (counts: Readonly<Record<string, number>>) => JSON.stringify(Object.entries(counts).toSorted())
  return {
    topic: 'links',
    right: sorted(expected) === sorted(found),
    difference: `links: expected ${sorted(expected)}, found ${sorted(found)}`,
  }
}

function judgeCpu({ cpu }: Bare, expected: NonNullable<Expectation['cpu']>): Verdict[] {
  return [
    ...same('processors', 'vendor', expected.vendor, cpu.vendor),
    ...matches('processors', 'model', expected.model, cpu.model),
    ...same('processors', 'architecture', expected.architecture, cpu.architecture),
    ...same('processors', 'sockets', expected.sockets, cpu.sockets),
    ...same('processors', 'cores', expected.cores, cpu.cores),
    ...same('processors', 'threads', expected.threads, cpu.threads),
    ...(expected.flags ?? []).flatMap((flag) => same('processors', flag, true, cpu.flags?.includes(flag) ?? false)),
    ...(expected.withoutFlags ?? []).flatMap((flag) =>
      same('processors', flag, false, cpu.flags?.includes(flag) ?? false),
    ),
  ]
}
