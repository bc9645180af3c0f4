// The log pane under load: 10,000 lines a second for 10 seconds into a file, shown by the pane in a pseudo-terminal of 100x30,
// and the same by `tail -f`. Prints; never fails on time.
import { createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { bundle } from '#test/support/bundle.ts'
import { TestTerminal } from '#test/support/terminal.ts'

const linesPerSecond = 10_000
const seconds = 10
const feedMilliseconds = 20
const keyMilliseconds = 200
/** Of /proc/PID/stat: sysconf(_SC_CLK_TCK) is 100 on Linux. */
const ticksPerSecond = 100

type Usage = { readonly cpuSeconds: number; readonly rssMiB: number }

async function usageOf(pid: number): Promise<Usage> {
  const [stat, status] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile(`/proc/${pid}/status`, 'utf8'),
  ])
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = Number(fields[11]) + Number(fields[12])
  return { cpuSeconds: ticks / ticksPerSecond, rssMiB: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024 }
}

/** Writes lines at the rate until the time is over. */
async function feed(path: string): Promise<void> {
  const file = createWriteStream(path, { flags: 'a' })
  const start = performance.now()
  let written = 0
  while (written < linesPerSecond * seconds) {
    const due = Math.min(linesPerSecond * seconds, Math.floor(((performance.now() - start) / 1000) * linesPerSecond))
    let text = ''
    for (; written < due; written += 1)
      text += `INFO 11-20 02:00:37 [loader.py:42] line ${written} of what an engine says\n`
    file.write(text)
    await sleep(feedMilliseconds)
  }
  file.end()
}

type Result = {
  readonly cpuPercent: number
  readonly kilobytesPerSecond: number
  readonly rss: string
  readonly latencies: readonly number[]
}

async function measure(
  argv: readonly [string, ...string[]],
  log: string,
  ready: RegExp,
  keys: boolean,
): Promise<Result> {
  await writeFile(log, 'INFO 11-20 02:00:36 [loader.py:42] first line\n')
  const terminal = new TestTerminal(argv, { columns: 100, rows: 30, env: { NODE_ENV: 'production' } })
  await terminal.waitFor(ready)
  const before = await usageOf(terminal.pid)
  const bytes = terminal.output.length
  const start = performance.now()
  const feeding = feed(log)
  const latencies = keys ? await pressKeys(terminal, start) : []
  await feeding
  const elapsed = (performance.now() - start) / 1000
  const after = await usageOf(terminal.pid)
  await terminal.close()
  return {
    cpuPercent: ((after.cpuSeconds - before.cpuSeconds) / elapsed) * 100,
    kilobytesPerSecond: (terminal.output.length - bytes) / 1000 / elapsed,
    rss: `${before.rssMiB.toFixed(0)} -> ${after.rssMiB.toFixed(0)} MiB`,
    latencies,
  }
}

/** Milliseconds from a key to the change that it makes: `/` opens the search, escape closes it. */
async function pressKeys(terminal: TestTerminal, start: number): Promise<number[]> {
  const latencies: number[] = []
  while (performance.now() - start < (seconds - 1) * 1000) {
    const from = terminal.output.length
    const pressed = performance.now()
    terminal.press('/')
    await terminal.wrote((output) => output.indexOf('search: ', from) !== -1)
    latencies.push(performance.now() - pressed)
    terminal.press('escape')
    await sleep(keyMilliseconds)
  }
  return latencies.sort((a, b) => a - b)
}

function quantile(sorted: readonly number[], share: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(1)
}

const directory = await mkdtemp(join(tmpdir(), 'rigup-bench-'))
const log = join(directory, 'engine.log')
const program = await bundle('test/ui/fixtures/launch-app.tsx')
console.log(`${linesPerSecond} lines/s for ${seconds} s, 100x30`)
const pane = await measure([process.execPath, '--max-semi-space-size=4', program, log], log, /first line/, true)
console.log(
  `log pane   CPU ${pane.cpuPercent.toFixed(1)} % of a core   ${pane.kilobytesPerSecond.toFixed(1)} kB/s to the terminal   RSS ${pane.rss}`,
)
console.log(
  `           key to screen p50 ${quantile(pane.latencies, 0.5)} ms, p95 ${quantile(pane.latencies, 0.95)} ms`,
)
const tail = await measure(['tail', '-f', log], log, /first line/, false)
console.log(
  `tail -f    CPU ${tail.cpuPercent.toFixed(1)} % of a core   ${tail.kilobytesPerSecond.toFixed(1)} kB/s to the terminal   RSS ${tail.rss}`,
)
console.log(`ratio      ${(pane.kilobytesPerSecond / tail.kilobytesPerSecond).toFixed(2)} of the bytes of tail -f`)
await rm(directory, { recursive: true })
process.exit(0)
