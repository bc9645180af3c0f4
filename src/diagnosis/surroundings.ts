import type { LogLine } from '../log/line.ts'
import { createLogReader } from '../log/reader.ts'

export type NumberedLine = { readonly line: number; readonly text: string }

/** The lines of a log up to `distance` away from the given ones, each number once; reads no further than it must. */
export async function surroundings(
  source: AsyncIterable<Uint8Array>,
  lines: readonly number[],
  distance: number,
): Promise<NumberedLine[]> {
  const last = Math.max(0, ...lines) + distance
  const found = new Map<number, string>()
  const take = (read: readonly LogLine[]): void => {
    for (const { number, text } of read) {
      if (lines.some((line) => Math.abs(line - number) <= distance)) found.set(number, text)
    }
  }
  const reader = createLogReader()
  for await (const chunk of source) {
    const read = reader.push(chunk)
    take(read)
    if ((read.at(-1)?.number ?? 0) > last) break
  }
  take(reader.end())
  return [...found].map(([line, text]) => ({ line, text })).sort((a, b) => a.line - b.line)
}
