type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be'

/** So many bytes decide; PowerShell's `>` writes UTF-16 with a mark, other tools without. */
export const sampleBytes = 64

/** What a text is written in, and how long its mark is: told by the mark, or by where the zero bytes of plain letters are. */
export function encodingOf(bytes: Uint8Array): { encoding: Encoding; mark: number } {
  const sample = bytes.subarray(0, sampleBytes)
  const [a, b, c] = sample
  if (a === 0xff && b === 0xfe) return { encoding: 'utf-16le', mark: 2 }
  if (a === 0xfe && b === 0xff) return { encoding: 'utf-16be', mark: 2 }
  if (a === 0xef && b === 0xbb && c === 0xbf) return { encoding: 'utf-8', mark: 3 }
  let evenZeros = 0
  let oddZeros = 0
  for (let index = 0; index < sample.length; index += 1) {
    if (sample[index] !== 0) continue
    if (index % 2 === 0) evenZeros += 1
    else oddZeros += 1
  }
  const half = sample.length / 2
  if (sample.length >= 8 && oddZeros > half * 0.7 && evenZeros < half * 0.1) return { encoding: 'utf-16le', mark: 0 }
  if (sample.length >= 8 && evenZeros > half * 0.7 && oddZeros < half * 0.1) return { encoding: 'utf-16be', mark: 0 }
  return { encoding: 'utf-8', mark: 0 }
}
