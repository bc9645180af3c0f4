import type { Fact } from './fact.ts'
import type { Host } from './host/host.ts'
import { liveHost } from './host/live-host.ts'
import { drmCards } from './live/amd.ts'
import { nvidiaSmi, readReport } from './live/nvidia.ts'
import type { GpuReading } from './reading.ts'
import type { Gpu, Machine } from './schema.ts'

const limitMilliseconds = 5000
const sections = 'MEMORY,UTILIZATION,TEMPERATURE,POWER,PIDS'

/** What changes while nobody touches the machine. */
const moving = [
  'memoryUsedBytes',
  'memoryFreeBytes',
  'utilizationPercent',
  'temperatureCelsius',
  'powerWatts',
  'processes',
] as const satisfies readonly (keyof Gpu)[]

export type Refreshed = {
  readonly machine: Machine
  /** Why the cards did not answer; whoever asks again and again stops then. */
  readonly problem: string | null
}

/**
 * The machine with what its cards do at this moment: memory, utilization, processes. Nothing else is asked, what the operator corrected
 * stays, and the same machine comes back where nothing moved.
 */
export async function refreshCards(machine: Machine, host: Host = liveHost()): Promise<Refreshed> {
  const limited: Host = {
    ...host,
    run: (argv, options) => host.run(argv, { ...options, timeLimitMilliseconds: limitMilliseconds }),
  }
  const program = machine.gpus.some(({ vendor }) => vendor.value === 'nvidia') ? await nvidiaSmi(limited) : null
  const [report, cards] = await Promise.all([
    program === null ? [] : readReport(limited, [program, '-q', '-d', sections]),
    machine.gpus.some(({ vendor }) => vendor.value === 'amd') ? drmCards(limited) : [],
  ])
  const problem = report.flatMap((reading) => reading.problems ?? [])[0]?.text ?? null
  const readings = [...report.flatMap((reading) => reading.gpus ?? []), ...cards]
  const gpus = machine.gpus.map((gpu) =>
    withReading(
      gpu,
      readings.find((reading) => isSame(gpu, reading)),
    ),
  )
  const hasMoved = gpus.some((gpu, index) => gpu !== machine.gpus[index])
  return { machine: hasMoved ? { ...machine, gpus } : machine, problem }
}

function isSame(gpu: Gpu, { vendor, facts }: GpuReading): boolean {
  if (gpu.vendor.value !== vendor) return false
  const { pciAddress, uuid } = gpu
  return (
    (pciAddress.value !== null && pciAddress.value === facts.pciAddress?.value) ||
    (uuid.value !== null && uuid.value === facts.uuid?.value)
  )
}

function withReading(gpu: Gpu, reading: GpuReading | undefined): Gpu {
  if (reading === undefined) return gpu
  const changed = moving.filter((name) => {
    const now: Fact<unknown> | undefined = reading.facts[name]
    const before: Fact<unknown> | undefined = gpu[name]
    return now?.value != null && !before?.overridden && JSON.stringify(now.value) !== JSON.stringify(before?.value)
  })
  return changed.length === 0
    ? gpu
    : { ...gpu, ...Object.fromEntries(changed.map((name) => [name, reading.facts[name]])) }
}
