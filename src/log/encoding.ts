import { TextDecoder } from 'node:util'

/** Turns a stream of bytes in UTF-8 or UTF-16 (with or without a byte order mark) into UTF-8, chunk by chunk. */
type Utf8Converter = { push(chunk: Uint8Array): Uint8Array; end(): Uint8Array }

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be'

const empty = new Uint8Array(0)
/** So many bytes decide; PowerShell's `>` writes UTF-16 with a mark, other tools without. */
const sampleBytes = 64

function encodingOf(sample: Uint8Array): { encoding: Encoding; mark: number } {
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

export function createUtf8Converter(): Utf8Converter {
  let held: Uint8Array | null = empty
  let decoder: TextDecoder | null = null

  function convert(chunk: Uint8Array, stream: boolean): Uint8Array {
    return decoder ? new TextEncoder().encode(decoder.decode(chunk, { stream })) : chunk
  }

  function decide(sample: Uint8Array, stream: boolean): Uint8Array {
    const { encoding, mark } = encodingOf(sample.subarray(0, sampleBytes))
    held = null
    if (encoding !== 'utf-8') decoder = new TextDecoder(encoding)
    return convert(sample.subarray(mark), stream)
  }

  return {
    push(chunk) {
      if (!held) return convert(chunk, true)
      const sample = held.length === 0 ? chunk : Buffer.concat([held, chunk])
      // A log that grows slowly must not wait for its first 64 bytes: one whole line is sample enough.
      if (sample.length < sampleBytes && !sample.includes(0x0a)) {
        held = sample
        return empty
      }
      return decide(sample, true)
    },
    end() {
      return held ? decide(held, false) : convert(empty, false)
    },
  }
}
