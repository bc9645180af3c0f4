// Time from the start of bin/rigup to its first frame in a pseudo-terminal of 100x30, against `node -e 0` in the same.
// Build first (npm run build). Prints medians and their ratio; never fails on time.

import { join } from 'node:path'
import { exists } from '#src/core/exists.ts'
import { bundle } from '#test/support/bundle.ts'
import { projectRoot, TestTerminal } from '#test/support/terminal.ts'
import { median } from './median.ts'

const runs = 11
type Argv = readonly [string, ...string[]]

/** Milliseconds until the wizard's frame is there, from its title to its last key; null where the program ends without one. */
async function firstFrame(argv: Argv): Promise<number | null> {
  const start = performance.now()
  const terminal = new TestTerminal(argv, { columns: 100, rows: 30, env: { NODE_ENV: 'production' } })
  const shown = terminal.wrote((output) => output.includes('rigup') && output.includes('quit'))
  const time = await Promise.race([shown.then(() => performance.now() - start), terminal.exited.then(() => null)])
  await terminal.close()
  return time
}

async function bareNode(): Promise<number> {
  const start = performance.now()
  const terminal = new TestTerminal([process.execPath, '-e', '0'], { columns: 100, rows: 30 })
  await terminal.exited
  return performance.now() - start
}

async function program(): Promise<Argv> {
  const built = join(projectRoot, 'dist/rigup.js')
  const wizard: Argv = [join(projectRoot, 'bin/rigup'), '--machine', 'mining-rig']
  const isBuilt = await exists(built)
  if (isBuilt && (await firstFrame(wizard)) !== null) {
    console.log('program    bin/rigup --machine mining-rig')
    return wizard
  }
  console.log('program    a small app of the tests (dist/rigup.js is not built, or shows no wizard)')
  return [process.execPath, '--max-semi-space-size=4', await bundle('test/ui/fixtures/small-app.tsx')]
}

const argv = await program()
// One of each to warm the file cache, then in turns, so that whatever else the machine does meets both.
await firstFrame(argv)
await bareNode()
const frames: number[] = []
const bare: number[] = []
for (let run = 0; run < runs; run += 1) {
  frames.push((await firstFrame(argv)) ?? Number.NaN)
  bare.push(await bareNode())
}
console.log(`first frame  ${median(frames).toFixed(0)} ms, median of ${runs} (best ${Math.min(...frames).toFixed(0)})`)
console.log(`node -e 0    ${median(bare).toFixed(0)} ms`)
console.log(`ratio        ${(median(frames) / median(bare)).toFixed(1)}`)
process.exit(0)
