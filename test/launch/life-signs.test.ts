import { describe, expect, test } from 'vitest'
import { createLifeSigns, type Work } from '#src/launch/life-signs.ts'
import type { LogLine } from '#src/log/line.ts'

const line = (message: string): LogLine => ({
  number: 1,
  text: message,
  message,
  process: null,
  pid: null,
  level: null,
  time: null,
})

/** Looks every 5 s for two minutes (and more where asked), with a stall limit of 60 s. */
function stallOf(seconds: number, look: (second: number) => { work?: Partial<Work>; says?: string }) {
  const signs = createLifeSigns(60, 0)
  for (let second = 0; second <= seconds; second += 5) {
    const { work, says } = look(second)
    if (says) signs.hear([line(says)])
    signs.see({ cpuTicks: 0, readBytes: 0, waitsForDisk: false, ...work }, second * 1000)
    const stall = signs.stall(second * 1000)
    if (stall) return { ...stall, seconds: second }
  }
  return null
}

describe('an engine', () => {
  test.each([
    ['that does nothing is given up', 120, () => ({}), { kind: 'idle', seconds: 60 }],
    ['that reads slowly from a disk lives', 600, (second: number) => ({ work: { readBytes: second } }), null],
    [
      'that repeats itself and is idle is given up',
      120,
      () => ({ says: 'No available shared memory broadcast block found in 60 seconds' }),
      { kind: 'idle', seconds: 60 },
    ],
    ['that tells of progress lives', 600, (second: number) => ({ says: `Loading shards ${second}` }), null],
    ['that compiles silently lives for long', 300, (second: number) => ({ work: { cpuTicks: second * 100 } }), null],
    [
      'that spins silently is given up later',
      600,
      (second: number) => ({ work: { cpuTicks: second * 100 } }),
      { kind: 'spinning', seconds: 360 },
    ],
    [
      'whose threads only wake to look around is idle',
      120,
      (second: number) => ({ work: { cpuTicks: second * 2 } }),
      { kind: 'idle', seconds: 60 },
    ],
    [
      'that waits for a disk lives as long as one that spins',
      600,
      () => ({ work: { waitsForDisk: true } }),
      { kind: 'spinning', seconds: 360 },
    ],
  ])('%s', (_, seconds, look, expected) => {
    expect(stallOf(seconds, look)).toEqual(expected)
  })
})
