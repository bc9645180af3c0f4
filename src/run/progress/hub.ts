import type { ProgressReader } from './progress-reader.ts'

// tqdm divides by 1000 (unit_scale) and writes the unit without a B: `512M/4.97G`.
const factors: Record<string, number> = { '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12 }

function tqdmBytes(text: string): number {
  const match = /^([\d.]+)([kMGT]?)$/.exec(text)
  return match ? Math.round(Number(match[1]) * (factors[match[2] ?? ''] ?? 1)) : 0
}

/** `hf download`: one tqdm bar for each file in bytes, and one over all files: `Fetching 8 files:  25%|##5 | 2/8 [00:01<00:03]`. */
export function hubProgress(): ProgressReader {
  const files = new Map<string, { done: number; total: number }>()
  return (line) => {
    const counted = /^Fetching (\d+) files:.*\| (\d+)\/\d+ \[/.exec(line)
    if (counted) return { text: `${counted[2]} of ${counted[1]} files`, ...sums(files) }
    const bar = /^(.+?):\s+\d+%\|.*\| ([\d.]+[kMGT]?)\/([\d.]+[kMGT]?) \[/.exec(line)
    if (!bar) return null
    const [, name = '', done = '', total = ''] = bar
    files.set(name, { done: tqdmBytes(done), total: tqdmBytes(total) })
    return { text: name, ...sums(files) }
  }
}

function sums(files: ReadonlyMap<string, { done: number; total: number }>): {
  doneBytes?: number
  totalBytes?: number
} {
  const all = [...files.values()]
  const total = all.reduce((sum, file) => sum + file.total, 0)
  return total === 0 ? {} : { doneBytes: all.reduce((sum, file) => sum + file.done, 0), totalBytes: total }
}
