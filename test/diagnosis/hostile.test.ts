import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { diagnoseText } from '#src/diagnosis/diagnose.ts'
import { diagnoseStream } from '#src/diagnosis/read.ts'
import { diagnosisSchema } from '#src/diagnosis/schema.ts'

const failure = 'ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization`\n'

async function* repeated(piece: Buffer, times: number, end = ''): AsyncGenerator<Uint8Array> {
  for (let count = 0; count < times; count += 1) yield piece
  yield Buffer.from(end)
}

describe('hostile logs', () => {
  test('a failure behind many megabytes', async () => {
    const noise = Buffer.from(
      'INFO 11-20 10:00:00 [loggers.py:1] Engine 000: Avg prompt throughput: 1.2 tokens/s\n'.repeat(1000),
    )
    const { diagnosis, whole } = await diagnoseStream(repeated(noise, 200, failure))
    expect(diagnosis.cause).toBe('kv-no-memory')
    expect(diagnosis.evidence[0]?.line).toBe(200_001)
    expect(whole).toBeNull()
  })

  test('a line of 20 MB, then a failure', async () => {
    const { diagnosis } = await diagnoseStream(repeated(Buffer.alloc(64 * 1024, 'x'), 320, `\n${failure}`))
    expect(diagnosis.cause).toBe('kv-no-memory')
    expect(diagnosis.evidence[0]?.line).toBe(2)
  })

  test('binary noise', async () => {
    const bytes = Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 7919) % 256))
    const { diagnosis } = await diagnoseStream(repeated(bytes, 300))
    expect(diagnosisSchema.safeParse(diagnosis).success).toBe(true)
    expect(diagnosis.cause).toBeNull()
  })

  test('no bytes at all', () => {
    expect(diagnoseText('')).toMatchObject({ cause: null, healthy: true, evidence: [] })
  })

  test('terminal bytes do not come out again', () => {
    const { evidence } = diagnoseText(`\u001b]52;c;AAAA\u0007${failure.trim()}\u001b[2J\u202e`)
    expect(evidence[0]?.text).toBe(failure.trim())
  })

  test('whatever comes, the answer has its shape', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(fc.string(), fc.constantFrom(failure, 'Traceback (most recent call last)\n', '\r', '\u001b[')),
        ),
        (pieces) => {
          expect(diagnosisSchema.safeParse(diagnoseText(pieces.join(''))).success).toBe(true)
        },
      ),
      { numRuns: 100 },
    )
  })
})
