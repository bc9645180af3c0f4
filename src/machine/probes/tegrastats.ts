import { MiB } from '../../core/bytes.ts'
import { known } from '../fact.ts'
import { linesOf } from '../lines.ts'
import { cite, factFrom, type Reading, type Source } from '../reading.ts'

const line = /\bRAM \d+\/(\d+)MB\b(?:.*?\bSWAP (\d+)\/(\d+)MB\b)?(?:.*?\bGR3D_FREQ (\d+)%)?/

/**
 * Reads `tegrastats` of NVIDIA's Jetson boards, one line a second: memory, swap and how busy the GPU is, which shares the memory. The
 * board's name is not told. MB are 1024 KiB, as in /proc/meminfo, rounded down.
 */
export function readTegrastats(text: string, source: Source): Reading {
  const found = linesOf(text).find((candidate) => line.test(candidate))
  const [, total, swapUsed, swapTotal, busy] = line.exec(found ?? '') ?? []
  if (found === undefined || total === undefined) return {}
  const evidence = cite(source, found)
  const size = (text: string | undefined) =>
    factFrom(source, found, text === undefined ? null : Number(text) * MiB, 'tegrastats does not tell it')
  return {
    memory: { totalBytes: size(total) },
    ...(swapTotal === undefined ? {} : { swap: { totalBytes: size(swapTotal), usedBytes: size(swapUsed) } }),
    gpus: [
      {
        vendor: 'nvidia',
        facts: {
          unifiedMemory: known(true, evidence),
          ...(busy === undefined ? {} : { utilizationPercent: known(Number(busy), evidence) }),
        },
      },
    ],
  }
}
