import { TextDecoder } from 'node:util'
import { encodingOf, sampleBytes } from '../core/encoding.ts'

/** Turns a stream of bytes in UTF-8 or UTF-16 (with or without a byte order mark) into UTF-8, chunk by chunk. */
type Utf8Converter = { push(chunk: Uint8Array): Uint8Array; end(): Uint8Array }

const empty = new Uint8Array(0)

export function createUtf8Converter(): Utf8Converter {
  let held: Uint8Array | null = empty
  let decoder: TextDecoder | null = null

  function convert(chunk: Uint8Array, stream: boolean): Uint8Array {
    return decoder ? new TextEncoder().encode(decoder.decode(chunk, { stream })) : chunk
  }

  function decide(sample: Uint8Array, stream: boolean): Uint8Array {
    const { encoding, mark } = encodingOf(sample)
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
