/**
 * npm run bench:detect: how long a detection of this machine takes, against its slowest single probe (goal: 1.15 times) and against
 * systeminformation. Medians of several rounds, each after the others in turn, so that noise falls on all alike.
 *
 * Detection itself takes nothing from systeminformation, which serves the live gauges: it tells no source for its figures, and each
 * fact of a Machine has one; what it cannot read is 0 or empty there, and unknown with a reason here; graphics() runs nvidia-smi
 * without a limit and holds up the program. The table shows, topic by topic, what each costs.
 */
import si from 'systeminformation'
import { detectMachine, probes } from '../src/machine/detect.ts'
import { liveHost } from '../src/machine/host/live-host.ts'
import { median } from './median.ts'

const rounds = Number(process.argv[2] ?? 7)

/** What of systeminformation answers the question of which probe. */
const alike: readonly (readonly [string, string, () => Promise<unknown>])[] = [
  ['cpu', 'cpu + cpuFlags', () => Promise.all([si.cpu(), si.cpuFlags()])],
  ['memory', 'mem', () => si.mem()],
  ['filesystems', 'fsSize + blockDevices', () => Promise.all([si.fsSize(), si.blockDevices()])],
  ['system', 'osInfo + system', () => Promise.all([si.osInfo(), si.system()])],
]

async function milliseconds(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await action()
  return performance.now() - start
}

const times = new Map<string, number[]>()
async function measure(name: string, action: () => Promise<unknown>): Promise<void> {
  times.set(name, [...(times.get(name) ?? []), await milliseconds(action)])
}

// Once unmeasured: files and programs are in the page cache for all then.
await detectMachine()
for (let round = 0; round < rounds; round += 1) {
  await measure('detectMachine', () => detectMachine())
  for (const [name, probe] of probes) await measure(`probe ${name}`, () => probe(liveHost()))
  for (const [, name, ask] of alike) await measure(`systeminformation ${name}`, ask)
  await measure('systeminformation getStaticData', () => si.getStaticData())
  await measure('systeminformation graphics', () => si.graphics())
}

const medians = new Map([...times].map(([name, values]) => [name, median(values)] as const))
for (const [name, value] of [...medians].toSorted((a, b) => b[1] - a[1]))
  console.log(`${name.padEnd(42)} ${value.toFixed(0).padStart(6)} ms`)

console.log()
for (const [name, theirs] of alike) {
  const [mine, other] = [medians.get(`probe ${name}`) ?? 0, medians.get(`systeminformation ${theirs}`) ?? 0]
  console.log(
    `${name.padEnd(12)} ${mine.toFixed(0).padStart(4)} ms   systeminformation ${theirs}: ${other.toFixed(0)} ms`,
  )
}

const slowest = Math.max(...[...medians].filter(([name]) => name.startsWith('probe ')).map(([, value]) => value))
const whole = medians.get('detectMachine') ?? Number.NaN
console.log(
  `\nall probes at once take ${(whole / slowest).toFixed(2)} times the slowest one by itself (goal: 1.15), median of ${rounds} rounds`,
)
