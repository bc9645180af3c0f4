/**
 * npm run bench:detect: how long a detection of this machine takes, against its slowest single probe (goal: 1.15 times) and against
 * systeminformation. Medians of several rounds, each after the others in turn, so that noise falls on all alike.
 */
import si from 'systeminformation'
import { detectMachine, probes } from '../src/machine/detect.ts'
import { liveHost } from '../src/machine/host/live-host.ts'

const rounds = Number(process.argv[2] ?? 7)

async function milliseconds(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await action()
  return performance.now() - start
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
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
  await measure('systeminformation getStaticData', () => si.getStaticData())
  await measure('systeminformation graphics', () => si.graphics())
}

const medians = [...times].map(([name, values]) => [name, median(values)] as const)
for (const [name, value] of medians.toSorted((a, b) => b[1] - a[1]))
  console.log(`${name.padEnd(34)} ${value.toFixed(0).padStart(6)} ms`)

const slowest = Math.max(...medians.filter(([name]) => name.startsWith('probe ')).map(([, value]) => value))
const whole = medians.find(([name]) => name === 'detectMachine')?.[1] ?? Number.NaN
console.log(
  `\nall probes at once take ${(whole / slowest).toFixed(2)} times the slowest one by itself (goal: 1.15), median of ${rounds} rounds`,
)
